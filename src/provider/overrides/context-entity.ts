import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

export const contextEntity: Override = {
  name: 'context-entity',
  symbols: ['OIDCContext.prototype.entity'],
  reason:
    'It is called when the client of a request becomes known. The engine has no other hook between reading the parameters and checking the secret. The hook `clientKnown` of a route runs here, after the engine has checked the origin of the request.',
  test: 'test/security/limits.test.ts',
  apply(provider, { hooks }) {
    const { prototype } = provider.OIDCContext;
    const { entity } = prototype;
    prototype.entity = function (key: string, value: unknown): void {
      entity.call(this, key, value);
      const clientHooks = key === 'Client' ? hooks.get(this.route)?.clientKnown : undefined;
      const ctx = clientHooks && currentContext();
      if (ctx && this.client) for (const hook of clientHooks) hook(ctx, this.client);
    };
  },
};
