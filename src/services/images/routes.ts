import type { FastifyPluginAsync } from 'fastify';
import type { Clock, Store } from '#src/store/port.ts';
import { createReadThroughCache } from '#src/store/read-through-cache.ts';
import { type Image, mediaTypeOf } from './image-type.ts';
import { imagesPath, parseImageName, readImage } from './record.ts';

/** An image that is opened as a page of its own runs no script and has no origin. */
const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

/** Browsers keep an image for good, so the store is rarely asked; this bounds what a stranger can make it do. */
const cached = { maxEntries: 16, maxAgeMs: 5 * 60_000 };

/** Serves the images. A path has the hash of its content, so a former one ends with its image. */
export const imageRoutes = ({
  store,
  clock,
}: {
  readonly store: Store;
  readonly clock: Clock;
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

  return async (app) => {
    app.get<{ Params: { name: string } }>(`${imagesPath}/:name`, async (request, reply) => {
      const image = await images.get(request.params.name);
      if (image === undefined) return reply.callNotFound();
      const tag = `"${image.hash}"`;
      reply
        .header('Cache-Control', 'public, max-age=31536000, immutable')
        .header('ETag', tag)
        .header('Content-Security-Policy', policy)
        .header('Cross-Origin-Resource-Policy', 'same-origin')
        .header('X-Content-Type-Options', 'nosniff');
      if (request.headers['if-none-match']?.includes(tag)) return reply.code(304).send();
      return reply.type(mediaTypeOf(image.extension)).send(image.content);
    });
  };
};
