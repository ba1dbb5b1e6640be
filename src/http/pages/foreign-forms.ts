import type { onRequestHookHandler } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';

/**
 * Refuses forms that another site posts. Browsers name the site in `Origin` or in Fetch Metadata; for older ones the MAC
 * in the form decides.
 */
export const createForeignFormCheck = ({ issuer }: Pick<Config, 'issuer'>): onRequestHookHandler => {
  const issuerOrigin = new URL(issuer).origin;
  return ({ method, headers: { origin, 'sec-fetch-site': site } }, _reply, done) => {
    const isForeign =
      (origin !== undefined && origin !== issuerOrigin) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (method !== 'POST' || !isForeign) return done();
    done(
      new Failure({
        code: 'foreign_form',
        status: 403,
        message: 'This form was sent from another site.',
      }),
    );
  };
};
