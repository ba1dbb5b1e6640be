import { wrapToken } from '../jwt-introspection.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

export const contextEntity: Override = {
  name: 'context-entity',
  symbols: ['OIDCContext.prototype.entity'],
  reason:
    'It is called when the client of a request becomes known. The engine has no other hook between reading the parameters and checking the secret, which is where a client is rate limited, and where a JWT is wrapped that introspection and revocation would refuse.',
  test: 'test/protocol/token-status.test.ts',
  apply(provider, { options: { contextEntity: { onClientKnown } = {} } }) {
    const { prototype } = provider.OIDCContext;
    const { entity } = prototype;
    prototype.entity = function (key: string, value: unknown): void {
      entity.call(this, key, value);
      if (key !== 'Client') return;
      if (this.params) wrapToken(this.route, this.params);
      const ctx = currentContext();
      if (ctx && this.client) onClientKnown?.(ctx, this.client);
    };
  },
};
