import type { Provider } from 'oidc-provider';
import type { LogoutParts } from './index.ts';

interface Told {
  readonly clientId: string;
  /** Makes a logout token, valid for two minutes, and posts it. */
  backchannelLogout(subject: string, sid: string | undefined): Promise<void>;
}

/**
 * Back-Channel Logout §2.5: applications are told by their servers, and nobody who signs out waits for them. A token is
 * made for each try, so that a late one is not stale.
 */
export const tellInBackground = ({ deliveries, engine }: Pick<LogoutParts, 'deliveries' | 'engine'>) => {
  const tell = new WeakMap<Provider, Told['backchannelLogout']>();

  deliveries.carry('logout', async ({ client: id = '', account = '', sid }) => {
    const { provider } = engine();
    const client = await provider.Client.find(id);
    // Removed meanwhile, or no longer to be told: done.
    if (!client?.backchannelLogoutUri) return;
    await tell.get(provider)?.call(client as unknown as Told, account, sid);
  });

  return {
    attach(provider: Provider): void {
      // Not in the engine's types.
      const prototype = provider.Client.prototype as unknown as Told;
      tell.set(provider, prototype.backchannelLogout);
      prototype.backchannelLogout = function (this: Told, account, sid) {
        const about = { client: this.clientId, account, ...(sid !== undefined && { sid }) };
        return deliveries.send('logout', about);
      };
    },
  };
};
