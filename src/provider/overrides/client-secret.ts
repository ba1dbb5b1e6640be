import { errors } from 'oidc-provider';
import { mayBeUnencoded } from '../clients/basic-credentials.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

interface Client {
  readonly clientId: string;
  compareClientSecret(secret: string): boolean | Promise<boolean>;
}

/** It says the same whether the secret would be right without the encoding, so it confirms no guess. */
const wrongOrUnencoded = (): Error => {
  const error = new errors.InvalidClientAuth('the secret is wrong, or its encoding is');
  error.error_description =
    'the secret is wrong or not encoded: form-encode the client_id and the secret before you join them for Basic, + as %2B and % as %25 (RFC 6749 section 2.3.1)';
  return error;
};

export const clientSecret: Override = {
  name: 'client-secret',
  symbols: ['Client.prototype.compareClientSecret'],
  reason:
    'The engine compares with one secret in clear. Here secrets are stored as hashes, expire, and a client ' +
    'has two while one is being replaced. The error names the encoding where that may be the cause.',
  test: 'test/protocol/client-authentication.test.ts',
  apply(provider, { clients }) {
    // The types of the engine leave it out; the engine awaits the result.
    const prototype = provider.Client.prototype as unknown as Client;
    prototype.compareClientSecret = async function (this: Client, secret: string) {
      const isRight = await clients.verifySecret(this.clientId, secret);
      const ctx = currentContext();
      if (!isRight && ctx && mayBeUnencoded(ctx.req)) throw wrongOrUnencoded();
      return isRight;
    };
  },
};
