import { errors } from 'oidc-provider';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

/** A person can sign out by a stopped client; every other request of it is refused. */
const isForSignOut = (route: string): boolean => route.startsWith('end_session');

/** RFC 6749 §5.2. The browser isn't sent back to the client: it may have been stopped because it does harm. */
const clientStopped = (): Error =>
  Object.assign(new errors.UnauthorizedClient('the operator has stopped this client'), {
    allow_redirect: false,
  });

export const contextEntity: Override = {
  name: 'context-entity',
  symbols: ['OIDCContext.prototype.entity'],
  reason:
    'It is called when the client of a request becomes known. The engine has no other hook between reading ' +
    'the parameters and checking the secret. A stopped client is refused here. The hook `clientKnown` of a ' +
    'route runs here too, after the engine has checked the origin of the request.',
  test: 'test/security/limits.test.ts',
  apply(provider, { clients, hooks }) {
    const { prototype } = provider.OIDCContext;
    const { entity } = prototype;
    prototype.entity = function (key: string, value: unknown): void {
      entity.call(this, key, value);
      if (key !== 'Client' || !this.client) return;
      if (clients.isStopped(this.client.clientId) && !isForSignOut(this.route)) throw clientStopped();
      const clientHooks = hooks.get(this.route)?.clientKnown;
      const ctx = clientHooks && currentContext();
      if (ctx) for (const hook of clientHooks) hook(ctx, this.client);
    };
  },
};
