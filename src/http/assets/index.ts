/**
 * Owns the static files of the pages and their door: held in memory, compressed once, named by their content, so
 * that a browser may keep them for good. Not the pages, nor any file that a user or an operator brings.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyPluginAsync } from 'fastify';
import type { AssetName } from '#src/views/page.ts';
import { type Asset, assets as files } from './files.ts';

export const assetUrl = (name: AssetName): string => files[name].path;

export const assets: FastifyPluginAsync = async (app) => {
  const served = await Promise.all(Object.values(files).map(compressed));
  for (const { asset, encodings } of served) {
    const tag = `W/"${asset.hash}"`;
    app.get(asset.path, async (request, reply) => {
      reply
        .header('Cache-Control', 'public, max-age=31536000, immutable')
        .header('ETag', tag)
        .header('Vary', 'Accept-Encoding')
        .header('X-Content-Type-Options', 'nosniff')
        .header('Cross-Origin-Resource-Policy', 'same-origin');
      if (request.headers['if-none-match']?.includes(tag)) return reply.code(304).send();
      reply.type(asset.type);
      const encoding = encodings.find(({ name }) => accepts(request.headers['accept-encoding'], name));
      if (encoding === undefined) return asset.content;
      reply.header('Content-Encoding', encoding.name);
      return encoding.content;
    });
  }
};

const compressed = async (asset: Asset) => ({
  asset,
  encodings: [
    {
      name: 'br',
      content: await promisify(brotliCompress)(asset.content, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
      }),
    },
    { name: 'gzip', content: await promisify(gzip)(asset.content, { level: 9 }) },
  ],
});

/** RFC 9110 §12.5.3, as far as browsers use it: named, and not with a weight of zero. */
const accepts = (header: string | string[] | undefined, name: string): boolean =>
  String(header ?? '')
    .split(',')
    .some((item) => {
      const [coding, weight] = item.split(';');
      return coding?.trim().toLowerCase() === name && !/^\s*q=0(\.0*)?\s*$/.test(weight ?? '');
    });
