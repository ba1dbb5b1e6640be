/**
 * Owns the static files of the pages and their routes. The files are kept in memory, compressed on first use, and named
 * by their content, so that browsers may cache them for good. Files of operators aren't served here.
 */
import { promisify } from 'node:util';
import type { FastifyPluginAsync } from 'fastify';
import { loadOnce } from '../../store/load-once.ts';
import type { AssetName } from '../../views/page.ts';
import { type Asset, assets as files } from './files.ts';

export const assetUrl = (name: AssetName): string => files[name].path;

export const assets: FastifyPluginAsync = async (app) => {
  for (const asset of Object.values<Asset>(files)) {
    const loadEncodings = loadOnce(() => compress(asset));
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
      const name = ['br', 'gzip'].find((one) => acceptsEncoding(request.headers['accept-encoding'], one));
      if (name === undefined) return asset.content;
      const encoding = (await loadEncodings())[name === 'br' ? 0 : 1];
      reply.header('Content-Encoding', encoding.name);
      return encoding.content;
    });
  }
};

const compress = async ({ content }: Asset) => {
  const { brotliCompress, constants, gzip } = await import('node:zlib');
  return [
    {
      name: 'br',
      content: await promisify(brotliCompress)(content, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
      }),
    },
    { name: 'gzip', content: await promisify(gzip)(content, { level: 9 }) },
  ] as const;
};

/** The part of RFC 9110 §12.5.3 that browsers use: the coding is named and its weight isn't zero. */
const acceptsEncoding = (header: string | string[] | undefined, name: string): boolean =>
  String(header ?? '')
    .split(',')
    .some((item) => {
      const [coding, weight] = item.split(';');
      return coding?.trim().toLowerCase() === name && !/^\s*q=0(\.0*)?\s*$/.test(weight ?? '');
    });
