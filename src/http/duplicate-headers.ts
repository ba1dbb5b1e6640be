import type { FastifyInstance } from 'fastify';
import { Failure } from '../errors.ts';

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
