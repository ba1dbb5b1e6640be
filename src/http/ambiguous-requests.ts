/** Refuses requests that a proxy in front may read differently, and so decide about another request than this server. */
import type { FastifyInstance } from 'fastify';
import { Failure } from '../errors.ts';

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

const names = ['host', 'content-type', 'authorization'] as const;
const lengths = new Set<number>(names.map(({ length }) => length));

const duplicateHeader = (rawHeaders: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const rawName = rawHeaders[at] ?? '';
    if (!lengths.has(rawName.length)) continue;
    const name = names.find((known) => known === rawName.toLowerCase());
    if (name === undefined) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
};

/** Node keeps the first of two silently. A proxy in front may have decided by the other one (RFC 9110 §5.3). */
export const rejectDuplicateHeaders = (server: FastifyInstance): void => {
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    const name = duplicateHeader(raw.rawHeaders);
    if (name === undefined) return done();
    done(new Failure({ code: 'invalid_request', message: `the request has more than one ${name} header` }));
  });
};
