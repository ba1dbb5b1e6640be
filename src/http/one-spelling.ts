import type { FastifyInstance } from 'fastify';

/** Whether the path is written as the route is declared; only what stands for a parameter may be percent-encoded. */
const isWrittenAs = (template: string, path: string): boolean => {
  if (template === path) return true;
  if (!template.includes(':') && !template.includes('*')) return false;
  const wanted = template.split('/');
  const given = path.split('/');
  for (const [at, segment] of wanted.entries()) {
    if (segment.startsWith('*')) return true;
    const fits = segment.startsWith(':') ? (given[at] ?? '') !== '' : given[at] === segment;
    if (!fits) return false;
  }
  return given.length === wanted.length;
};

/**
 * The router decodes a path, drops what follows `#`, takes a whole URL and lets a parameter be empty. Whoever stands
 * before this server and judges by paths may read such a one differently, so each has one spelling.
 */
export const onlyOneSpelling = (server: FastifyInstance): void => {
  server.addHook('onRequest', (request, reply, done) => {
    const { url: template } = request.routeOptions;
    const { url = '' } = request.raw;
    const query = url.indexOf('?');
    if (template === undefined || isWrittenAs(template, query < 0 ? url : url.slice(0, query))) done();
    else reply.callNotFound();
  });
};
