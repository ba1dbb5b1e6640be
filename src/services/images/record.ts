import type { Document, Key, Put } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { type Image, type ImageExtension, isImageExtension } from './image-type.ts';

interface ImageRecord {
  readonly extension: ImageExtension;
  readonly hash: string;
  /** In base64. */
  readonly content: string;
}

const format = record<ImageRecord>('image');

export const siteFamily = 'site';

/** The images of the site have names of their own. The logo of a client is in the family of the client. */
export const siteImageNames = ['logo', 'logo-dark', 'favicon'] as const;
export type SiteImageName = (typeof siteImageNames)[number];

const isSiteImageName = (text: string): text is SiteImageName =>
  (siteImageNames as readonly string[]).includes(text);

export const siteImageKey = (name: SiteImageName): Key => ({
  kind: kinds.image,
  family: siteFamily,
  id: name,
});

const clientImageId = 'logo';

/** The key of the client's record decides about the family, so that both are changed in one commit on every store. */
export const clientImageKey = ({ family }: Key): Key => ({ kind: kinds.image, family, id: clientImageId });

const put = (key: Key, { extension, hash, content }: Image): Put => ({
  op: 'put',
  key,
  body: format.encode({ extension, hash, content: content.toString('base64') }),
});

export const putSiteImage = (name: SiteImageName, image: Image): Put => put(siteImageKey(name), image);
export const putClientImage = (client: Key, image: Image): Put => put(clientImageKey(client), image);

export const readImage = ({ body }: Document): Image => {
  const { content, ...rest } = format.decode(body);
  return { ...rest, content: Buffer.from(content, 'base64') };
};

export const imagesPath = '/images';

type Named = Pick<Image, 'extension' | 'hash'>;

const pathOf = (owner: string, { hash, extension }: Named): string =>
  `${imagesPath}/${owner}.${hash}.${extension}`;

export const siteImagePath = (name: SiteImageName, image: Named): string => pathOf(name, image);
export const clientImagePath = ({ family }: Key, image: Named): string => pathOf(family, image);

/** What the last part of a path names, or undefined. */
export const parseImageName = (
  name: string,
): { readonly key: Key; readonly hash: string; readonly extension: ImageExtension } | undefined => {
  const [, owner = '', hash = '', extension = ''] = /^([\w-]+)\.([\w-]{22})\.([a-z]+)$/.exec(name) ?? [];
  if (!isImageExtension(extension)) return undefined;
  if (isSiteImageName(owner)) return { key: siteImageKey(owner), hash, extension };
  return /^[\w-]{27}$/.test(owner)
    ? { key: { kind: kinds.image, family: owner, id: clientImageId }, hash, extension }
    : undefined;
};
