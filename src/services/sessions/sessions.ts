import type { Events } from '../../events.ts';
import { grantKey } from '../../provider/storage/ids.ts';
import { decodePayload } from '../../provider/storage/payload.ts';
import type { Clock, Key, Listed, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Ended } from './end-everything.ts';
import { listLive, type PageOf, type Paging } from './list.ts';
import { type NotifyClients, sendNotifications } from './logout-notification.ts';
import { keyOfGrant, keyOfSession } from './record-id.ts';
import { removeListed } from './remove-listed.ts';
import {
  type GrantSummary,
  type ReadSession,
  readGrant,
  readSession,
  type SessionSummary,
} from './summaries.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Pick<Accounts, 'endPendingSignIns'>;
  readonly notifyClients: NotifyClients;
  /** Nothing says in which browser a session was, so all of them are asked for a second factor again. */
  readonly forgetBrowsers: (account: string) => Promise<void>;
}

/** Restricts what is ended to what this account has, for pages on which people end their own. */
interface OfAccount {
  readonly account?: string;
}

type Revoked = Omit<Ended, 'sessions'>;

interface EndOptions extends OfAccount {
  /** Ends the grants with `offline_access` too. */
  readonly offlineToo?: boolean;
  /**
   * No browser needs to give a second factor again, because the person has signed out, or it was one session too many.
   */
  readonly keepBrowsers?: boolean;
  /** For the audit record. */
  readonly reason?: string;
}

export interface Sessions {
  /** Undefined when there is no such session. */
  find(id: string, only?: OfAccount): Promise<SessionSummary | undefined>;
  list(account: string, paging?: Paging): Promise<PageOf<SessionSummary>>;
  /**
   * Ends a session, and the grants whose tokens end with it. Grants with `offline_access` stay, unless they shall end
   * too. The clients are notified. Undefined when there is no such session.
   */
  end(id: string, options?: EndOptions): Promise<SessionSummary | undefined>;
  /**
   * Ends all sessions of an account but one, as `end` does, and sign-ins without a session yet, with what their browsers
   * are remembered for. Returns how many.
   */
  endOthers(account: string, kept: string, options?: Omit<EndOptions, 'account'>): Promise<number>;
  listGrants(account: string, options?: Paging & { readonly client?: string }): Promise<PageOf<GrantSummary>>;
  /** Undefined when there is no such grant. */
  findGrant(id: string): Promise<GrantSummary | undefined>;
  /** Ends a grant with its code and tokens. A remembered consent stays. Undefined when there is no such grant. */
  revokeGrant(id: string, only?: OfAccount): Promise<GrantSummary | undefined>;
  /**
   * Ends what clients hold for an account, or what one of them holds: grants with their codes and tokens, pending
   * backchannel requests, and remembered consents. Sessions stay. A call that isn't complete is repeated.
   */
  revoke(account: string, options?: { readonly client?: string }): Promise<Revoked>;
}

/** The grants that end with the session. The engine marks the others, which have `offline_access`. */
const boundGrants = ({ payload }: ReadSession, offlineToo: boolean): readonly Write[] =>
  Object.values(payload.authorizations ?? {}).flatMap(({ grantId, persistsLogout }) =>
    grantId === undefined || (persistsLogout === true && !offlineToo)
      ? []
      : [{ op: 'remove', key: grantKey(grantId) } as const],
  );

const isOf = (account: string, { account: only }: OfAccount): boolean =>
  only === undefined || only === account;

export const createSessions = ({
  store,
  clock,
  events,
  accounts,
  notifyClients,
  forgetBrowsers,
}: Dependencies): Sessions => {
  const list: Sessions['list'] = (account, paging) =>
    listLive({
      ...paging,
      store,
      account,
      read(listed) {
        const session = readSession(listed, clock.now())?.summary;
        return session?.account === account ? session : undefined;
      },
    });

  const read = async (id: string, only: OfAccount): Promise<(ReadSession & { key: Key }) | undefined> => {
    const key = keyOfSession(id);
    const [document] = key ? await store.read([key]) : [];
    const session = key && document && readSession({ key, document }, clock.now());
    return session && isOf(session.summary.account, only) ? { ...session, key } : undefined;
  };

  const findGrant: Sessions['findGrant'] = async (id) => {
    const key = keyOfGrant(id);
    const [document] = key ? await store.read([key]) : [];
    return key && document && readGrant({ key, document });
  };

  const end: Sessions['end'] = async (
    id,
    { offlineToo = false, keepBrowsers = false, reason, ...only } = {},
  ) => {
    const session = await read(id, only);
    if (!session) return undefined;
    const { key } = session;
    const { account } = session.summary;
    if (!keepBrowsers) await forgetBrowsers(account);
    // The session goes last: where a commit isn't one step, as on a cluster, an interrupted one is repeated.
    const notifications = await notifyClients(account, session.payload);
    await store.commit([...boundGrants(session, offlineToo), ...notifications, { op: 'remove', key }]);
    if (notifications.length > 0) await sendNotifications(store);
    events.emit({
      type: 'session.ended',
      outcome: 'ok',
      account,
      ...(reason !== undefined && { reason }),
      details: { session: id },
    });
    return session.summary;
  };

  return {
    find: async (id, only = {}) => (await read(id, only))?.summary,
    list,
    end,

    async endOthers(account, kept, options) {
      // First, so that a sign-in that becomes a session meanwhile is in the list or void.
      await accounts.endPendingSignIns(account);
      await forgetBrowsers(account);
      let ended = 0;
      let cursor: string | undefined;
      do {
        const page = await list(account, { ...(cursor !== undefined && { cursor }) });
        for (const { id } of page.items)
          if (id !== kept && (await end(id, { ...options, account }))) ended += 1;
        cursor = page.next;
      } while (cursor !== undefined);
      return ended;
    },

    listGrants: (account, { client, ...paging } = {}) =>
      listLive({
        ...paging,
        store,
        account,
        read(listed) {
          const grant = readGrant(listed);
          return grant && (client === undefined || grant.client === client) ? grant : undefined;
        },
      }),

    findGrant,

    async revokeGrant(id, only = {}) {
      const key = keyOfGrant(id);
      const grant = await findGrant(id);
      if (!key || !grant || !isOf(grant.account, only)) return undefined;
      await store.commit([{ op: 'remove', key }]);
      const { account, client } = grant;
      events.emit({ type: 'grant.revoked', outcome: 'ok', account, client, details: { grant: id } });
      return grant;
    },

    async revoke(account, { client } = {}) {
      const removed = { grants: 0, requests: 0, consents: 0 };
      const isWanted = (owner: string | undefined): boolean => client === undefined || owner === client;
      const removalsOf = ({ key, document }: Listed): readonly Write[] => {
        const removal: Write = { op: 'remove', key };
        switch (key.kind) {
          case kinds.grant:
            if (!isWanted(decodePayload(document.body, key.kind).clientId)) return [];
            removed.grants += 1;
            return [removal];
          case kinds.backchannelRequest:
            if (!isWanted(decodePayload(document.body, key.kind).clientId)) return [];
            removed.requests += 1;
            return [removal];
          case kinds.consent:
            if (!isWanted(key.id)) return [];
            removed.consents += 1;
            return [removal];
          default:
            return [];
        }
      };
      let complete = await removeListed({ store, account, removalsOf });
      // A request that had read the consent before it was removed may have made a grant of it meanwhile.
      complete = (await removeListed({ store, account, removalsOf })) && complete;
      const { grants, requests, consents } = removed;
      if (grants + requests + consents > 0)
        events.emit({
          type: 'grant.revoked',
          outcome: 'ok',
          account,
          ...(client !== undefined && { client }),
          details: { grants, requests, consents },
        });
      return { ...removed, complete };
    },
  };
};
