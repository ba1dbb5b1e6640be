import { hash } from 'node:crypto';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Key, Listed, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { LogoutToken } from './logout-token.ts';
import type { UpstreamLogouts } from './logouts.ts';
import { readUpstreamSession, upstreamSessionIndex, upstreamSessionName } from './sessions.ts';

/**
 * Ends the sessions that began at an upstream, when it says that the person has signed out there, and says how many.
 * Undefined for a token that was used before. It can be repeated after an error.
 */
export type EndUpstreamSessions = (upstream: string, token: LogoutToken) => Promise<number | undefined>;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly logouts: Pick<UpstreamLogouts, 'note'>;
  /** Ends the session of this family, with the notifications of clients. False when it is gone. */
  readonly endSession: (family: string) => Promise<boolean>;
}

const pageSize = 100;

const usedTokenKey = (upstream: string, jti: string): Key => ({
  kind: kinds.upstreamLogoutToken,
  family: hash('sha256', JSON.stringify([upstream, jti]), 'base64url'),
  id: '',
});

export const createEndUpstreamSessions = ({
  store,
  clock,
  logouts,
  endSession,
}: Dependencies): EndUpstreamSessions => {
  const listAll = async (of: string): Promise<readonly Listed[]> => {
    const all: Listed[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(upstreamSessionIndex, of, {
        limit: pageSize,
        to: clock.now(),
        ...(cursor !== undefined && { cursor }),
      });
      all.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return all;
  };

  /**
   * A session at the upstream names those that began in it. A person without one names all that they began there; with
   * both, sessions whose ID token had no `sid` end too, because nothing tells them apart.
   */
  const find = async (upstream: string, { subject, sid }: LogoutToken): Promise<readonly Key[]> => {
    const bySid = sid === undefined ? [] : await listAll(upstreamSessionName(upstream, 'sid', sid));
    const bySubject =
      subject === undefined ? [] : await listAll(upstreamSessionName(upstream, 'sub', subject));
    const isMeant = ({ document }: Listed): boolean => {
      const session = readUpstreamSession(document);
      if (subject !== undefined && session?.subject !== subject) return false;
      return sid === undefined || session?.sid === undefined || session.sid === sid;
    };
    const keys = [...bySid, ...bySubject].filter(isMeant).map(({ key }) => key);
    return [...new Map(keys.map((key) => [key.family, key])).values()];
  };

  return async (upstream, token) => {
    const used = usedTokenKey(upstream, token.jti);
    try {
      await store.commit([{ op: 'insert', key: used, body: '', expiresAt: token.expiresAt }]);
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      throw error;
    }
    try {
      // First, so that a sign-in that becomes a session from now on is found signed out.
      await logouts.note(upstream, token);
      let ended = 0;
      for (const key of await find(upstream, token)) {
        if (await endSession(key.family)) ended += 1;
        await store.commit([{ op: 'remove', key }]);
      }
      return ended;
    } catch (error) {
      // The upstream sends it again.
      await store.commit([{ op: 'remove', key: used }]).catch(() => {});
      throw error;
    }
  };
};
