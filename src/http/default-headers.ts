import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';

const yearInSeconds = 31_536_000;

export const defaultHeaders = ({ issuer }: Pick<Config, 'issuer'>): Readonly<Record<string, string>> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  // FAPI 2.0 §5.2.2: nobody on the way may talk a browser out of TLS.
  ...(issuer.startsWith('https:') && { 'strict-transport-security': `max-age=${yearInSeconds}` }),
});

/**
 * On every answer of every door, also of the engine, which writes to the raw response. Pages say more, and their own
 * values replace these.
 */
export const setDefaultHeaders = (server: FastifyInstance, config: Pick<Config, 'issuer'>): void => {
  const headers = Object.entries(defaultHeaders(config));
  server.addHook('onRequest', (_request, { raw }, done) => {
    for (const [name, value] of headers) raw.setHeader(name, value);
    done();
  });
};
