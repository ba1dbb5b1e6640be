import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import { followState } from '../../store/followed-state.ts';
import type { Clock, Document, Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { PageTheme } from '../../views/page.ts';
import { nextVersion, requireVersion, type Versioned, versionOf } from '../record-version.ts';
import { type Image, mediaTypeOf } from './image-type.ts';
import { putSiteImage, type SiteImageName, siteFamily, siteImageKey, siteImagePath } from './record.ts';

/** An uploaded image of the site, without its content. */
export interface SiteImage extends Pick<Image, 'extension' | 'hash'> {
  readonly bytes: number;
  /** When it was uploaded, in milliseconds since the epoch. */
  readonly at: number;
}

type Uploaded = Readonly<Partial<Record<SiteImageName, SiteImage>>>;

interface SiteImagesRecord extends Versioned {
  readonly images: Uploaded;
}

interface State {
  readonly images: Uploaded;
  /** Another text after every change. */
  readonly version: string;
}

interface Change {
  readonly before: SiteImage | undefined;
  readonly after: SiteImage | undefined;
}

export interface SiteImages {
  /** The key of the configuration that sets the image, if one does. It wins over an upload. */
  readonly configured: Readonly<Partial<Record<SiteImageName, string>>>;
  /** The images as this process knows them. */
  current(): Uploaded;
  read(): Promise<State>;
  /** Undefined removes the image. Throws `version_changed` when the images are not as the caller has seen them. */
  change(name: SiteImageName, image: Image | undefined, ifVersion: string): Promise<Change>;
  /** Reads them now, on each message and from time to time. The result ends it. */
  follow(): Promise<() => Promise<void>>;
}

const format = record<SiteImagesRecord>('siteImages');
const key: Key = { kind: kinds.siteImages, family: siteFamily, id: '' };
const topic = 'site-images';
/** How long a process that missed the message shows the former image. */
const pollMs = 30_000;

const none: SiteImagesRecord = { images: {}, updatedAt: 0 };

const configuredIn = ({ pages: { logo, theme } }: Pick<Config, 'pages'>): SiteImages['configured'] => ({
  // The logo of another host has no other one for dark mode.
  ...(logo !== undefined && { logo: 'pages.logo', 'logo-dark': 'pages.logo' }),
  ...(theme.logo !== undefined && { logo: 'pages.theme.logo' }),
  ...(theme.logo_dark !== undefined && { 'logo-dark': 'pages.theme.logo_dark' }),
  ...(theme.favicon !== undefined && { favicon: 'pages.theme.favicon' }),
});

const refuseConfigured = (setting: string): Failure =>
  new Failure({
    code: 'image_configured',
    status: 409,
    message: `This image comes from the configuration (${setting}); change it there.`,
    exit: exitCode.conflict,
  });

export const createSiteImages = ({
  config,
  store,
  clock,
}: {
  readonly config: Pick<Config, 'pages'>;
  readonly store: Store;
  readonly clock: Clock;
}): SiteImages => {
  const configured = configuredIn(config);
  let known: Uploaded = {};

  const decode = (document: Document | undefined): SiteImagesRecord =>
    document === undefined ? none : format.decode(document.body);

  const load = async () => {
    const [document] = await store.read([key]);
    return { document, held: decode(document) };
  };

  const readImages = async (): Promise<SiteImagesRecord> => {
    const { held } = await load();
    known = held.images;
    return held;
  };

  const state = followState({ store, topic, pollMs, load: readImages });

  const write = (next: SiteImagesRecord, former: Document | undefined): Write =>
    former === undefined
      ? { op: 'insert', key, body: format.encode(next) }
      : { op: 'replace', key, body: format.encode(next), expected: former.body };

  return {
    configured,
    current: () => known,
    async read() {
      const held = await state.read();
      return { images: held.images, version: versionOf(held) };
    },
    async change(name, image, ifVersion) {
      const setting = configured[name];
      if (setting !== undefined) throw refuseConfigured(setting);
      const { document, held } = await load();
      requireVersion(held, ifVersion);
      const { [name]: before, ...others } = held.images;
      const now = clock.now();
      const after = image && {
        extension: image.extension,
        hash: image.hash,
        bytes: image.content.length,
        at: now,
      };
      const images = { ...others, ...(after && { [name]: after }) };
      try {
        await store.commit([
          image === undefined ? { op: 'remove', key: siteImageKey(name) } : putSiteImage(name, image),
          write({ images, ...nextVersion(held, now) }, document),
        ]);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        // Another administrator was faster, so the version is not the one that this one saw.
        requireVersion((await load()).held, ifVersion);
        throw error;
      }
      // The change is made already; what fails now is read again soon.
      await state.read().catch(() => {});
      await store.publish(topic, name).catch(() => {});
      return { before, after };
    },
    follow: state.follow,
  };
};

/** The images of the pages: those of the configuration, and the uploaded ones where it has none. */
export const withSiteImages = (
  theme: PageTheme,
  { configured, current }: Pick<SiteImages, 'configured' | 'current'>,
): PageTheme => {
  const uploaded = current();
  const pathOf = (name: SiteImageName): string | undefined => {
    const image = configured[name] === undefined ? uploaded[name] : undefined;
    return image && siteImagePath(name, image);
  };
  const [logo, logoDark, icon] = [pathOf('logo'), pathOf('logo-dark'), pathOf('favicon')];
  const { favicon } = uploaded;
  return {
    ...theme,
    ...(logo !== undefined && { logo }),
    ...(logoDark !== undefined && { logoDark }),
    ...(favicon && icon !== undefined && { favicon: { path: icon, type: mediaTypeOf(favicon.extension) } }),
  };
};
