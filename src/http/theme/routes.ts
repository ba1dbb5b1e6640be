import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { mailLogoPath } from '../../views/theme/mail-logo.ts';
import type { ThemeFile } from './files.ts';
import type { Theme } from './theme.ts';

/** An SVG that is opened as a page of its own runs no script and has no origin. */
const svgPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

const send = (request: FastifyRequest, reply: FastifyReply, file: ThemeFile, caching: string) => {
  const tag = `"${file.hash}"`;
  reply.header('Cache-Control', caching).header('ETag', tag).header('X-Content-Type-Options', 'nosniff');
  if (file.type === 'image/svg+xml') reply.header('Content-Security-Policy', svgPolicy);
  if (request.headers['if-none-match']?.includes(tag)) return reply.code(304).send();
  return reply.type(file.type).send(file.content);
};

export const themeRoutes =
  ({ files, logo }: Theme): FastifyPluginAsync =>
  async (app) => {
    for (const file of files)
      app.get(file.path, async (request, reply) => {
        reply.header('Cross-Origin-Resource-Policy', 'same-origin');
        return send(request, reply, file, 'public, max-age=31536000, immutable');
      });
    if (logo === undefined) return;
    app.get(mailLogoPath, async (request, reply) => {
      // Mail readers in a browser show it on their own site.
      reply.header('Cross-Origin-Resource-Policy', 'cross-origin');
      return send(request, reply, logo, 'public, max-age=3600');
    });
  };
