import type { FastifyInstance } from 'fastify';

/** Whether the path is spelled like the route. Only the value of a parameter may be percent-encoded. */
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
 * Answers 404 to every spelling of a path but the declared one. The router decodes paths, drops what follows `#`, accepts
 * whole URLs and lets a parameter be empty; a proxy in front that decides by path may read such a path differently.
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
