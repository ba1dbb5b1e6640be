import type { FastifyInstance } from 'fastify';
import { Failure } from '../errors.ts';

const names = ['host', 'content-type', 'authorization'] as const;
const lengths = new Set<number>(names.map(({ length }) => length));

const duplicateHeader = (rawHeaders: readonly string[]): string | undefined => {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!lengths.has(name.length)) continue;
    const index = (names as readonly string[]).indexOf(name.toLowerCase());
    const bit = index < 0 ? 0 : 1 << index;
    if ((seen & bit) !== 0) return names[index];
    seen |= bit;
  }
  return undefined;
};

/**
 * Of two the first would count here, silently; whoever stands before this server may have gone by the other one
 * (RFC 9110 §5.3). A host is never missing (RFC 9112 §3.2).
 */
export const rejectDuplicateHeaders = (server: FastifyInstance): void => {
  const refusal = (message: string): Failure => new Failure({ code: 'invalid_request', message });
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    const name = duplicateHeader(raw.rawHeaders);
    if (name !== undefined) done(refusal(`the request has two ${name} headers`));
    else if (raw.headers.host === undefined && raw.httpVersion === '1.1')
      done(refusal('the request has no host header'));
    else done();
  });
};
