import { randomInt } from 'node:crypto';
import type { Events } from '../../events.ts';
import type { Sessions } from './sessions.ts';

export interface SessionLimit {
  /** The result waits for what is under way. */
  start(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly events: Events;
  readonly sessions: Pick<Sessions, 'list' | 'end'>;
  readonly onError: (error: unknown) => void;
}

interface Used {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const maxSessions = 100;
/** One sign-in in so many leads to a look at the sessions of the account. */
const signInsPerLook = 10;
const pageSize = 100;
/** With more records than these, the next look goes on. */
const maxPages = 100;

/**
 * An account keeps the hundred sessions that were used last. Otherwise one person could fill the store by signing in again
 * and again. No sign-in waits for a look, and chance decides which ones lead to one. So nothing is counted or stored, the
 * limit holds with any number of processes, and callers can't avoid the looks. An account has ten more on average.
 */
export const createSessionLimit = ({ events, sessions, onError }: Dependencies): SessionLimit => {
  const underWay = new Map<string, Promise<void>>();

  const listUsed = async (account: string): Promise<readonly Used[]> => {
    const used: Used[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < maxPages; pages += 1) {
      const page = await sessions.list(account, {
        limit: pageSize,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { id, lastUse, signedInAt } of page.items) used.push({ id, at: lastUse?.at ?? signedInAt });
      cursor = page.next;
      if (cursor === undefined) break;
    }
    return used.sort((one, other) => other.at - one.at);
  };

  const endOthers = async (account: string): Promise<void> => {
    for (const { id } of (await listUsed(account)).slice(maxSessions))
      await sessions.end(id, { account, keepBrowsers: true, reason: 'too_many_sessions' });
  };

  const note = (account: string): void => {
    if (randomInt(signInsPerLook) !== 0 || underWay.has(account)) return;
    const look = endOthers(account)
      .catch(onError)
      .finally(() => underWay.delete(account));
    underWay.set(account, look);
  };

  return {
    async start() {
      const stopListening = events.listen(
        ({ account }) => {
          if (account !== undefined) note(account);
        },
        ['ok'],
        ['sign-in'],
      );
      return async () => {
        stopListening();
        await Promise.all(underWay.values());
      };
    },
  };
};
