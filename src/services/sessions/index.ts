/**
 * Owns what an account is signed in to and what clients hold for it: listing sessions and grants, ending single ones,
 * revoking what clients hold, and ending everything. The engine makes sessions and grants; the logout page and the
 * notifications of clients belong to features/logout.
 *
 * list.ts pages through the index `live` of an account, summaries.ts says what is shown of a record, record-id.ts names
 * records for operators. sessions.ts ends and revokes; end-everything.ts also makes earlier sign-ins void. session-limit.ts
 * ends those that an account hasn't used for longest, when it has too many.
 */
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import { createForgetBrowsers } from '../factors/index.ts';
import { createEndEverything, type EndEverything } from './end-everything.ts';
import { createNotifyClients } from './logout-notification.ts';
import { createSessions, type Sessions } from './sessions.ts';

export { endDisabledAccounts } from './end-disabled.ts';
export type { EndEverything, Ended } from './end-everything.ts';
export { createNotifyClients, logoutDelivery } from './logout-notification.ts';
export { sessionIdOf, sessionIdOfFamily } from './record-id.ts';
export { createSessionLimit } from './session-limit.ts';
export type { Sessions } from './sessions.ts';
export { type GrantSummary, readGrant, readSession, type SessionSummary } from './summaries.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Pick<Accounts, 'endPendingSignIns' | 'find' | 'signOut'>;
  readonly clients: Pick<Clients, 'get'>;
}

export const createSessionServices = (
  dependencies: Dependencies,
): { readonly sessions: Sessions; readonly endEverything: EndEverything } => {
  const notifyClients = createNotifyClients(dependencies);
  const shared = { ...dependencies, notifyClients, forgetBrowsers: createForgetBrowsers(dependencies) };
  return { sessions: createSessions(shared), endEverything: createEndEverything(shared) };
};
