import type { FastifyInstance } from 'fastify';

/** Whether the path is written as the route is declared; only what stands for a parameter may be percent-encoded. */
const matchesTemplate = (template: string, path: string): boolean => {
  if (template === path) return true;
  if (!template.includes(':') && !template.includes('*')) return false;
  const templateSegments = template.split('/');
  const pathSegments = path.split('/');
  for (const [at, segment] of templateSegments.entries()) {
    if (segment.startsWith('*')) return true;
    const matches = segment.startsWith(':') ? (pathSegments[at] ?? '') !== '' : pathSegments[at] === segment;
    if (!matches) return false;
  }
  return pathSegments.length === templateSegments.length;
};

/**
 * The router decodes a path, drops what follows `#`, takes a whole URL and lets a parameter be empty. Whoever stands
 * before this server and judges by paths may read such a one differently, so each has one spelling.
 */
export const requireCanonicalPath = (server: FastifyInstance): void => {
  server.addHook('onRequest', (request, reply, done) => {
    const { url: template } = request.routeOptions;
    const { url = '' } = request.raw;
    const query = url.indexOf('?');
    if (template === undefined || matchesTemplate(template, query < 0 ? url : url.slice(0, query))) done();
    else reply.callNotFound();
  });
};
