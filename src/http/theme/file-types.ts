import { extname } from 'node:path';

const begins =
  (...bytes: readonly number[]) =>
  (content: Buffer): boolean =>
    content.subarray(0, bytes.length).equals(Buffer.from(bytes));

const isSvg = (content: Buffer): boolean => /<svg[\s>]/.test(content.subarray(0, 4096).toString('utf8'));

const isWebp = (content: Buffer): boolean =>
  content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP';

const svg = { type: 'image/svg+xml', isOfType: isSvg };
const png = { type: 'image/png', isOfType: begins(0x89, 0x50, 0x4e, 0x47) };
const webp = { type: 'image/webp', isOfType: isWebp };
const jpeg = { type: 'image/jpeg', isOfType: begins(0xff, 0xd8, 0xff) };
const ico = { type: 'image/x-icon', isOfType: begins(0, 0, 1, 0) };

const types = { '.svg': svg, '.png': png, '.webp': webp, '.jpg': jpeg, '.jpeg': jpeg, '.ico': ico } as const;

export type Extension = keyof typeof types;

const isKnown = (extension: string): extension is Extension => Object.hasOwn(types, extension);

/** The type of an image by the end of its name, if its content is of that type and the place takes it. */
export const imageType = (
  file: string,
  content: Buffer,
  allowed: readonly Extension[],
): { readonly extension: Extension; readonly type: string } | { readonly problem: string } => {
  const extension = extname(file).toLowerCase();
  if (!isKnown(extension) || !allowed.includes(extension))
    return { problem: `must be one of ${allowed.join(', ')}` };
  const { type, isOfType } = types[extension];
  return isOfType(content) ? { extension, type } : { problem: `is no ${extension} file by its content` };
};
