import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { type Config, describeReadError } from '#config';
import { cssProblem } from './css-file.ts';
import { type Extension, imageType } from './file-types.ts';

type Theme = Config['pages']['theme'];

/** A file of the theme, as browsers get it. */
export interface ThemeFile {
  /** It is named by its content, so that browsers may keep it. */
  readonly path: string;
  readonly type: string;
  readonly hash: string;
  readonly content: Buffer;
}

export interface FileProblem {
  readonly key: keyof Theme;
  readonly message: string;
}

type Read = ThemeFile | FileProblem;

export const isProblem = (read: Read): read is FileProblem => 'message' in read;

const kib = 1024;

/** The images of a theme: their largest size, and their types. */
const images = {
  logo: { maxBytes: 256 * kib, allowed: ['.svg', '.png', '.webp'] },
  logo_dark: { maxBytes: 256 * kib, allowed: ['.svg', '.png', '.webp'] },
  favicon: { maxBytes: 256 * kib, allowed: ['.svg', '.png', '.ico'] },
  background_image: { maxBytes: 1024 * kib, allowed: ['.svg', '.png', '.webp', '.jpg', '.jpeg'] },
} as const satisfies Partial<Record<keyof Theme, { maxBytes: number; allowed: readonly Extension[] }>>;

export type ImageKey = keyof typeof images;

// The keys of the literal are exactly the names.
export const imageKeys = Object.keys(images) as ImageKey[];

export const toThemeFile = (name: string, type: string, content: Buffer): ThemeFile => {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  const extension = extname(name);
  return {
    path: `/theme/${name.slice(0, -extension.length)}.${hash}${extension}`,
    type,
    hash,
    content,
  };
};

const contentOf = (file: string, maxBytes: number): Buffer | string => {
  try {
    if (statSync(file).size > maxBytes) return `${file} is larger than ${maxBytes / kib} KiB.`;
    return readFileSync(file);
  } catch (error) {
    return `Can not read ${file}: ${describeReadError(error)}.`;
  }
};

export const readImage = (key: ImageKey, file: string): Read => {
  const { maxBytes, allowed } = images[key];
  const content = contentOf(file, maxBytes);
  if (typeof content === 'string') return { key, message: content };
  const found = imageType(file, content, allowed);
  if ('problem' in found) return { key, message: `${file} ${found.problem}.` };
  return toThemeFile(`${key.replace('_', '-')}${found.extension}`, found.type, content);
};

export const readStyleSheet = (file: string): Read => {
  const content = contentOf(file, 256 * kib);
  if (typeof content === 'string') return { key: 'css_file', message: content };
  const problem = cssProblem(content.toString('utf8'));
  if (problem !== undefined) return { key: 'css_file', message: `${file} ${problem}.` };
  return toThemeFile('custom.css', 'text/css; charset=utf-8', content);
};
