import type { AdapterPayload } from 'oidc-provider';
import type { Clock, Store, Write } from '../../store/port.ts';
import type { Clients } from '../clients/index.ts';
import { insertDelivery, requestQueue, requestSweep, toClient } from '../outbox/index.ts';

/** What the outbox keeps of a logout that a client has to be notified of (OpenID Connect Back-Channel Logout). */
export const logoutDelivery = 'logout';

interface Dependencies {
  readonly clients: Pick<Clients, 'get'>;
  readonly clock: Clock;
}

export type NotifyClients = (account: string, session: AdapterPayload) => Promise<readonly Write[]>;

/** The writes that notify the clients of a session, for the commit that ends the session. */
export const createNotifyClients =
  ({ clients, clock }: Dependencies): NotifyClients =>
  async (account, session) => {
    const authorizations = Object.entries(session.authorizations ?? {});
    const writes = await Promise.all(
      authorizations.map(async ([client, { sid }]): Promise<readonly Write[]> => {
        const record = await clients.get(client);
        const address = record?.metadata['backchannel_logout_uri'];
        if (address === undefined) return [];
        const isFromRegistration = record?.from === 'registration';
        const about = {
          ...toClient({ client, address, isFromRegistration }),
          account,
          ...(sid !== undefined && { sid }),
        };
        return [insertDelivery({ kind: logoutDelivery, about, tries: 0 }, clock.now())];
      }),
    );
    return writes.flat();
  };

/** Called after the commit of such writes. */
export const sendNotifications = (store: Store): Promise<void> => requestSweep(store, requestQueue);
