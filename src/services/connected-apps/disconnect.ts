import type { AdapterPayload } from 'oidc-provider';
import type { Events, SecurityEvent } from '../../events.ts';
import { consentKey } from '../../provider/sessions/consent-key.ts';
import { decodePayload } from '../../provider/storage/payload.ts';
import { decodeSession, disconnectFields } from '../../provider/storage/session.ts';
import type { Clock, Listed, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { requestQueue, requestSweep } from '../outbox/index.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  /** The writes that notify the clients of a session (OpenID Connect Back-Channel Logout). */
  readonly notifyClients: (account: string, session: AdapterPayload) => Promise<readonly Write[]>;
}

/** How much was removed. */
interface Disconnected {
  readonly grants: number;
  /** Backchannel authentication requests (CIBA). */
  readonly requests: number;
  /** Sessions that the application was taken out of. They go on. */
  readonly sessions: number;
  readonly consents: number;
}

/** Describes who asked for it, in the event. */
export type Origin = Pick<SecurityEvent, 'address' | 'correlation'>;

export type Disconnect = (account: string, client: string, origin?: Origin) => Promise<Disconnected>;

const pageSize = 100;
/** A first-party client needs no consent, so its browser may make another grant in the meantime, but not for ever. */
const maxPasses = 10;

/** Pending backchannel requests, and sessions with grants. */
const indexes = ['requests', 'live'] as const;

/**
 * Ends everything that one client has of one account, in this order; each step may be repeated.
 *
 * 1. The remembered consent is removed. From now on no request makes a grant of it: a commit that would, fails.
 * 2. Each grant of the client is removed, which ends its codes and tokens on all processes at once, and also what a
 *    request under way is about to store: it belongs to a grant that no longer exists. Pending backchannel requests end
 *    too, and the client is taken out of the sessions of the person, and notified where it has asked for that.
 * 3. The account is listed again until nothing is left.
 */
export const createDisconnect =
  ({ store, clock, events, notifyClients }: Dependencies): Disconnect =>
  async (account, client, origin = {}) => {
    const ended = { grants: 0, requests: 0, sessions: 0, consents: 0 };

    const leaveSession = async ({ key, document }: Listed): Promise<readonly Write[]> => {
      const session = decodeSession(document, key.family, 'uid', clock.now());
      const authorization = session?.authorizations?.[client];
      const fields = disconnectFields(document, client);
      if (session?.accountId !== account || !authorization || !fields) return [];
      ended.sessions += 1;
      return [
        { op: 'merge', key, fields, ifAbsent: 'skip' },
        ...(await notifyClients(account, { authorizations: { [client]: authorization } })),
      ];
    };

    const removalsOf = async (listed: Listed): Promise<readonly Write[]> => {
      const { key, document } = listed;
      if (key.kind === kinds.session) return leaveSession(listed);
      if (key.kind !== kinds.grant && key.kind !== kinds.backchannelRequest) return [];
      if (decodePayload(document.body, key.kind).clientId !== client) return [];
      ended[key.kind === kinds.grant ? 'grants' : 'requests'] += 1;
      return [{ op: 'remove', key }];
    };

    /** Returns whether there was something to end. */
    const endListed = async (index: string): Promise<boolean> => {
      let found = false;
      let cursor: string | undefined;
      do {
        const page = await store.list(index, account, {
          limit: pageSize,
          ...(cursor !== undefined && { cursor }),
        });
        const writes = (await Promise.all(page.items.map(removalsOf))).flat();
        if (writes.length > 0) await store.commit(writes);
        found ||= writes.length > 0;
        cursor = page.next;
      } while (cursor !== undefined);
      return found;
    };

    const consent = consentKey(account, client);
    const [remembered] = await store.read([consent]);
    if (remembered) ended.consents = 1;
    await store.commit([{ op: 'remove', key: consent }]);
    for (let pass = 1, found = true; found && pass <= maxPasses; pass += 1) {
      found = false;
      for (const index of indexes) found = (await endListed(index)) || found;
    }

    const { grants, requests, sessions, consents } = ended;
    if (sessions > 0) await requestSweep(store, requestQueue);
    if (grants + requests + sessions + consents > 0)
      events.emit({
        type: 'app.disconnected',
        outcome: 'ok',
        account,
        client,
        ...origin,
        details: { grants, requests, sessions, consents },
      });
    return ended;
  };
