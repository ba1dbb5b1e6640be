import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const groupOrOthers = 0o022;
const sticky = 0o1000;

/** What other users of the machine may change, so that they could put code into this server. */
export const findWritableByOthers = (path: string): string | undefined => {
  // Windows has no such modes.
  if (process.platform === 'win32') return undefined;
  const file = realpathSync(path);
  if ((statSync(file).mode & groupOrOthers) !== 0) return file;
  const folder = dirname(file);
  const { mode } = statSync(folder);
  return (mode & groupOrOthers) !== 0 && (mode & sticky) === 0 ? folder : undefined;
};
