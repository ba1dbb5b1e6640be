import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock, Store } from '../../store/port.ts';
import { createReadThroughCache } from '../../store/read-through-cache.ts';
import { mailLogoPath } from '../../views/theme/mail-logo.ts';
import { type Image, mediaTypeOf } from './image-type.ts';
import { imagesPath, parseImageName, readImage, siteImagePath } from './record.ts';
import type { SiteImages } from './site-images.ts';

/** An image that is opened as a page of its own runs no script and has no origin. */
const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

/** Browsers keep an image for good, so the store is rarely asked; this bounds what a stranger can make it do. */
const cached = { maxEntries: 16, maxAgeMs: 5 * 60_000 };

/** Serves the images. A path has the hash of its content, so a former one ends with its image. */
export const imageRoutes = ({
  store,
  clock,
  siteImages,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly siteImages: Pick<SiteImages, 'configured' | 'current'>;
}): FastifyPluginAsync => {
  const load = async (name: string): Promise<Image | undefined> => {
    const named = parseImageName(name);
    if (named === undefined) return undefined;
    const [document] = await store.read([named.key]);
    if (document === undefined) return undefined;
    const image = readImage(document);
    return image.hash === named.hash && image.extension === named.extension ? image : undefined;
  };
  const images = createReadThroughCache({ load, clock, ...cached });

  const send = (request: FastifyRequest, reply: FastifyReply, image: Image, caching: string) => {
    const tag = `"${image.hash}"`;
    reply
      .header('Cache-Control', caching)
      .header('ETag', tag)
      .header('Content-Security-Policy', policy)
      .header('X-Content-Type-Options', 'nosniff');
    if (request.headers['if-none-match']?.includes(tag)) return reply.code(304).send();
    return reply.type(mediaTypeOf(image.extension)).send(image.content);
  };

  const imageOfMessages = async (): Promise<Image | undefined> => {
    const { logo } = siteImages.current();
    if (siteImages.configured.logo !== undefined || logo?.extension !== 'png') return undefined;
    return images.get(siteImagePath('logo', logo).slice(imagesPath.length + 1));
  };

  return async (app) => {
    app.get<{ Params: { name: string } }>(`${imagesPath}/:name`, async (request, reply) => {
      const image = await images.get(request.params.name);
      if (image === undefined) return reply.callNotFound();
      reply.header('Cross-Origin-Resource-Policy', 'same-origin');
      return send(request, reply, image, 'public, max-age=31536000, immutable');
    });
    // A file of the configuration has this path already.
    if (siteImages.configured.logo === 'pages.theme.logo') return;
    app.get(mailLogoPath, async (request, reply) => {
      const image = await imageOfMessages();
      if (image === undefined) return reply.callNotFound();
      // Mail readers in a browser show it on their own site.
      reply.header('Cross-Origin-Resource-Policy', 'cross-origin');
      return send(request, reply, image, 'public, max-age=3600');
    });
  };
};
