import { decodeSession } from '../../provider/storage/session.ts';
import type { Clock, Listed, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Accounts } from '../accounts/index.ts';
import { type NotifyClients, sendNotifications } from './logout-notification.ts';
import { removeListed } from './remove-listed.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'find' | 'signOut'>;
  readonly notifyClients: NotifyClients;
  /** Browsers that gave a second factor are asked again. */
  readonly forgetBrowsers: (account: string) => Promise<void>;
}

/** How much was removed. */
export interface Ended {
  readonly sessions: number;
  readonly grants: number;
  /** Backchannel authentication requests (CIBA). */
  readonly requests: number;
  readonly consents: number;
  /** False when there is more to remove. The next call goes on. */
  readonly complete: boolean;
}

export type EndEverything = (account: string) => Promise<Ended>;

/**
 * Ends all sessions of an account, and all that clients hold for it: grants with their codes, device codes and tokens,
 * pending backchannel requests, and remembered consents. The account says first that earlier sign-ins don't count, so
 * all of it is dead at once, also what a request under way is about to store. Then the records are removed, page by
 * page. A call that was interrupted is repeated.
 */
export const createEndEverything =
  ({ store, clock, accounts, notifyClients, forgetBrowsers }: Dependencies): EndEverything =>
  async (account) => {
    if (await accounts.find(account)) await accounts.signOut(account);
    await forgetBrowsers(account);
    const endedAt = clock.now();
    const removed = { sessions: 0, grants: 0, requests: 0, consents: 0 };

    const removalsOf = async ({ key, document }: Listed): Promise<readonly Write[]> => {
      const removal: Write = { op: 'remove', key };
      switch (key.kind) {
        case kinds.session: {
          const session = decodeSession(document, key.family, 'uid', endedAt);
          const signedInAt = Number(session?.['loginTs'] ?? 0);
          // The person has signed in again, or it is the session of another person by now.
          if (session?.accountId !== account || signedInAt > Math.floor(endedAt / 1000)) return [];
          removed.sessions += 1;
          return [removal, ...(await notifyClients(account, session))];
        }
        case kinds.grant:
          removed.grants += 1;
          return [removal];
        case kinds.backchannelRequest:
          removed.requests += 1;
          return [removal];
        case kinds.consent:
          removed.consents += 1;
          return [removal];
        default:
          return [];
      }
    };

    const complete = await removeListed({ store, account, to: endedAt, removalsOf });
    if (removed.sessions > 0) await sendNotifications(store);
    return { ...removed, complete };
  };
