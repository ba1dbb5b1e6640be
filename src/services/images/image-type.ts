import { createHash } from 'node:crypto';
import { Failure } from '../../errors.ts';

const maxImageBytes = 256 * 1024;

const types = { png: 'image/png', webp: 'image/webp', svg: 'image/svg+xml' } as const;

export type ImageExtension = keyof typeof types;

/** An uploaded image whose type follows from its content. */
export interface Image {
  readonly extension: ImageExtension;
  /** Of the content, in base64url. */
  readonly hash: string;
  readonly content: Buffer;
}

export const mediaTypeOf = (extension: ImageExtension): string => types[extension];

export const isImageExtension = (text: string): text is ImageExtension => Object.hasOwn(types, text);

const pngBegin = Buffer.from([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
]);
const pngEnd = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);

/** Checks the beginning and the last chunk, so that nothing of another format follows. */
const isPng = (content: Buffer): boolean =>
  content.subarray(0, pngBegin.length).equals(pngBegin) && content.subarray(-pngEnd.length).equals(pngEnd);

/** The length in the header covers the file to its end, for the same reason. */
const isWebp = (content: Buffer): boolean =>
  content.length > 20 &&
  content.toString('latin1', 0, 4) === 'RIFF' &&
  content.readUInt32LE(4) === content.length - 8 &&
  /^WEBPVP8[ LX]$/.test(content.toString('latin1', 8, 16));

const comment = String.raw`<!--(?:(?!--)[\s\S])*-->`;
const documentType = String.raw`<!DOCTYPE\s+svg(?:\s[^<>[\]]*)?>`;
const root = String.raw`<svg[\s>](?:[\s\S]*</svg>|[^<>]*/>)`;

/** A declaration, comments and a document type without definitions of its own may come before the root element. */
const svgDocument = new RegExp(
  String.raw`^\uFEFF?(?:<\?xml\s[^<>]*\?>)?(?:\s|${comment}|${documentType})*${root}(?:\s|${comment})*$`,
);

/** A script in it stays, and can't run: pages show it as an image, and its own path has a policy without scripts. */
const isSvg = (content: Buffer): boolean => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return (
      !text.includes('\0') && svgDocument.test(text) && /["']http:\/\/www\.w3\.org\/2000\/svg["']/.test(text)
    );
  } catch {
    return false;
  }
};

const extensionOf = (content: Buffer): ImageExtension | undefined => {
  if (isPng(content)) return 'png';
  if (isWebp(content)) return 'webp';
  return isSvg(content) ? 'svg' : undefined;
};

/** Throws for what is no image, or too large. The name and the type that the browser sent count for nothing. */
export const imageOf = (content: Buffer): Image => {
  if (content.length > maxImageBytes)
    throw new Failure({
      code: 'image_too_large',
      status: 422,
      message: `An image has at most ${maxImageBytes / 1024} KiB.`,
    });
  const extension = extensionOf(content);
  if (extension === undefined)
    throw new Failure({
      code: 'image_invalid',
      status: 422,
      message: 'This is no PNG, WebP or SVG by its content.',
    });
  return { extension, content, hash: createHash('sha256').update(content).digest('base64url').slice(0, 22) };
};
