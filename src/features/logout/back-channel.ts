import type { Provider } from 'oidc-provider';
import type { LogoutDependencies } from './index.ts';

interface NotifiedClient {
  readonly clientId: string;
  /** Makes a logout token, valid for two minutes, and posts it. */
  backchannelLogout(subject: string, sid: string | undefined): Promise<void>;
}

/**
 * Back-Channel Logout §2.5: applications are told by their servers, and nobody who signs out waits for them. A token is
 * made for each try, so that a late one is not stale.
 */
export const notifyThroughOutbox = ({ outbox, engine }: Pick<LogoutDependencies, 'outbox' | 'engine'>) => {
  const originalLogouts = new WeakMap<Provider, NotifiedClient['backchannelLogout']>();

  outbox.handle('logout', async ({ client: id = '', account = '', sid }) => {
    const { provider } = engine();
    const client = await provider.Client.find(id);
    // Removed meanwhile, or no longer to be told: done.
    if (!client?.backchannelLogoutUri) return;
    await originalLogouts.get(provider)?.call(client as unknown as NotifiedClient, account, sid);
  });

  return {
    attach(provider: Provider): void {
      // Not in the engine's types.
      const prototype = provider.Client.prototype as unknown as NotifiedClient;
      originalLogouts.set(provider, prototype.backchannelLogout);
      prototype.backchannelLogout = function (this: NotifiedClient, account, sid) {
        const payload = { client: this.clientId, account, ...(sid !== undefined && { sid }) };
        return outbox.send('logout', payload);
      };
    },
  };
};
