import type { Provider } from 'oidc-provider';
import type { EngineClient } from '../engine-types.ts';
import { currentContext, getUnitOfWork } from '../request-context.ts';
import type { Override } from './override.ts';

/** The types of the engine leave this method out. */
interface Client {
  readonly clientId: string;
  readonly backchannelLogoutUri?: string;
  readonly from_registration?: boolean;
  /** Makes a logout token, valid for two minutes, and posts it. */
  backchannelLogout(accountId: string, sid: string | undefined): Promise<void>;
}

const originals = new WeakMap<Provider, Client['backchannelLogout']>();

/** Calls the engine's own method, which makes the token now, so that a late attempt does not send a stale one. */
export const sendLogoutToken = async (
  provider: Provider,
  client: EngineClient,
  accountId: string,
  sid: string | undefined,
): Promise<void> => originals.get(provider)?.call(client as unknown as Client, accountId, sid);

export const clientLogout: Override = {
  name: 'client-logout',
  symbols: ['Client.prototype.backchannelLogout'],
  reason:
    'The engine notifies the clients of a session while the person who signs out waits, and once. Here the ' +
    'notification is committed with the logout and retried (OpenID Connect Back-Channel Logout §2.5).',
  test: 'test/protocol/logout.test.ts',
  apply(provider, { options: { clientLogout } }) {
    if (!clientLogout) return;
    const prototype = provider.Client.prototype as unknown as Client;
    originals.set(provider, prototype.backchannelLogout);
    prototype.backchannelLogout = function (this: Client, accountId, sid) {
      const ctx = currentContext();
      const { clientId: client, backchannelLogoutUri: address } = this;
      const isFromRegistration = this.from_registration === true;
      const notification = { client, address, isFromRegistration, accountId, sid };
      return clientLogout.enqueue(notification, ctx && getUnitOfWork(ctx));
    };
  },
};
