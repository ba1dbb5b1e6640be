import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';

const yearInSeconds = 31_536_000;

export const defaultHeaders = ({ issuer }: Pick<Config, 'issuer'>): Readonly<Record<string, string>> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  // FAPI 2.0 §5.2.2 requires protection against TLS stripping.
  ...(issuer.startsWith('https:') && { 'strict-transport-security': `max-age=${yearInSeconds}` }),
});

/**
 * Sets these headers on every response. They go to the raw response, where the engine writes as well. Pages replace them
 * with stricter or more specific values.
 */
export const setDefaultHeaders = (server: FastifyInstance, config: Pick<Config, 'issuer'>): void => {
  const headers = Object.entries(defaultHeaders(config));
  server.addHook('onRequest', (_request, { raw }, done) => {
    for (const [name, value] of headers) raw.setHeader(name, value);
    done();
  });
};
