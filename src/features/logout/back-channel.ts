import { sendLogoutToken } from '../../provider/overrides/client-logout.ts';
import type { ClientLogoutOptions } from '../../provider/overrides/options.ts';
import { toClient } from '../../services/outbox/index.ts';
import { logoutDelivery } from '../../services/sessions/index.ts';
import type { LogoutDependencies } from './dependencies.ts';

/** OpenID Connect Back-Channel Logout §2.5: the person who signs out does not wait for the clients that are notified. */
export const notifyThroughOutbox = ({
  outbox,
  engine,
}: Pick<LogoutDependencies, 'outbox' | 'engine'>): ClientLogoutOptions => {
  outbox.handle(logoutDelivery, async ({ client: id = '', account = '', sid }) => {
    const { provider } = engine();
    const client = await provider.Client.find(id);
    // The client was removed meanwhile, or has no address for notifications any more.
    if (!client?.backchannelLogoutUri) return;
    await sendLogoutToken(provider, client, account, sid);
  });
  return {
    enqueue: ({ accountId: account, sid, ...receiver }, work) =>
      outbox.send(
        logoutDelivery,
        { ...toClient(receiver), account, ...(sid !== undefined && { sid }) },
        work,
      ),
  };
};
