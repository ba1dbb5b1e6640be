/**
 * Owns which applications have access to an account: what the person has allowed them (the stored consents), the list,
 * and ending all access of one application. The question and the decision belong to features/consent, grants and
 * sessions to the engine, and single sessions and grants to services/sessions.
 *
 * consent-record.ts has the stored form of a consent, list.ts finds the applications, disconnect.ts ends the access of
 * one.
 */
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Clients } from '../clients/index.ts';
import { createNotifyClients } from '../sessions/index.ts';
import { createDisconnect, type Disconnect, type Origin } from './disconnect.ts';
import { type ConnectedApp, createListApps } from './list.ts';

export { consentKey } from '../../provider/sessions/consent-key.ts';
export {
  type Allowed,
  consentBody,
  decodeItems,
  itemField,
  itemFieldsOf,
  sinceField,
} from './consent-record.ts';
export type { ConnectedApp } from './list.ts';

export interface ConnectedApps {
  list(account: string): Promise<readonly ConnectedApp[]>;
  /** Ends all access of a client to an account. Afterwards nothing that the client holds is good. */
  readonly disconnect: Disconnect;
  /** Disconnects all clients that registered themselves, and returns them. */
  disconnectSelfRegistered(account: string, origin?: Origin): Promise<readonly string[]>;
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly clients: Pick<Clients, 'get'>;
}

export const createConnectedApps = ({ store, clock, events, clients }: Dependencies): ConnectedApps => {
  const notifyClients = createNotifyClients({ clients, clock });
  const disconnect = createDisconnect({ store, clock, events, notifyClients });
  const list = createListApps({ store, clients });
  return {
    list,
    disconnect,
    async disconnectSelfRegistered(account, origin) {
      const ids = (await list(account)).filter((app) => app.isSelfRegistered).map(({ client }) => client);
      for (const id of ids) await disconnect(account, id, origin);
      return ids;
    },
  };
};
