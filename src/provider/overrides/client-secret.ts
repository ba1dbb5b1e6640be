import type { Override } from './override.ts';

interface Client {
  readonly clientId: string;
  compareClientSecret(secret: string): boolean | Promise<boolean>;
}

export const clientSecret: Override = {
  name: 'client-secret',
  symbols: ['Client.prototype.compareClientSecret'],
  reason:
    'The engine compares with one secret in clear. Here secrets are stored as hashes, expire, and a client has two while one is being replaced.',
  test: 'test/protocol/client-authentication.test.ts',
  apply(provider, { clients }) {
    // The types of the engine leave it out; the engine awaits the result.
    const prototype = provider.Client.prototype as unknown as Client;
    prototype.compareClientSecret = function (this: Client, secret: string) {
      return clients.verifySecret(this.clientId, secret);
    };
  },
};
