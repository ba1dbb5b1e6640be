import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';

/** The origin of the pages that a request is for. It throws for a request to another host. */
export type OriginOf = (request: FastifyRequest) => string;

/**
 * Refuses forms that another site posts. Browsers name the site in `Origin` or in Fetch Metadata; for older ones the MAC
 * in the form decides.
 */
export const createForeignFormCheck = (
  { issuer }: Pick<Config, 'issuer'>,
  originOf?: OriginOf,
): onRequestHookHandler => {
  const issuerOrigin = new URL(issuer).origin;
  return (request, _reply, done) => {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (request.method !== 'POST') return done();
    const isForeign =
      (origin !== undefined && origin !== (originOf?.(request) ?? issuerOrigin)) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (!isForeign) return done();
    done(
      new Failure({
        code: 'foreign_form',
        status: 403,
        message: 'This form was sent from another site.',
      }),
    );
  };
};
