import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A function and how often it ran. Its offsets are those of the source file. */
export interface CalledFunction {
  readonly url: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

export const idOf = ({ url, start }: CalledFunction): string => `${url}:${start}`;

/** The path of its file in this repository; undefined for the code of dependencies and of Node. */
export const fileOf = ({ url }: CalledFunction): string | undefined => {
  if (!url.startsWith('file:')) return undefined;
  const file = relative(root, fileURLToPath(url));
  return /^(src|config|adapters)\//.test(file) ? file : undefined;
};
