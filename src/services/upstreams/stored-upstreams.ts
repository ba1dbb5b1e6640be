import type { Config, StoredUpstreamSettings } from '#config';
import type { Events } from '../../events.ts';
import { InvalidCursor } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Groups } from '../groups/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import { nextVersion, requireVersion } from '../record-version.ts';
import { checkStoredList } from './check-stored-list.ts';
import {
  tooManyUpstreams,
  upstreamConfigured,
  upstreamExists,
  upstreamIdUsed,
  upstreamNotFound,
  upstreamRefused,
} from './stored-errors.ts';
import {
  changeStoredList,
  groupsNamedBy,
  providerOf,
  readStoredList,
  type StoredList,
  type StoredUpstream,
  secretContext,
} from './stored-record.ts';
import { createStoredUpstreamRules, type ListedClients } from './stored-rules.ts';
import { recordOfConfigured, recordOfStored, type UpstreamRecord } from './upstream-record.ts';

interface Condition {
  readonly ifVersion?: string | undefined;
}

interface Changed {
  readonly before: UpstreamRecord;
  readonly after: UpstreamRecord;
}

interface Paging {
  readonly limit?: number;
  readonly cursor?: string;
}

interface UpstreamPage {
  readonly items: readonly UpstreamRecord[];
  readonly next?: string;
}

/** Upstreams that operators add, change and remove while the server runs. */
export interface StoredUpstreams {
  find(id: string): Promise<UpstreamRecord | undefined>;
  /** Upstreams of the configuration come first, then those of the store, the oldest first. */
  list(options?: Paging): Promise<UpstreamPage>;
  /** `settings` has the keys of the configuration, with the id, and values in place of files. */
  add(settings: StoredUpstreamSettings, options?: { readonly enabled?: boolean }): Promise<UpstreamRecord>;
  /** Replaces the keys that are named; null removes one. */
  update(
    id: string,
    changes: StoredUpstreamSettings,
    options?: Condition & { readonly enabled?: boolean | undefined },
  ): Promise<Changed>;
  /** Accounts stay linked, and sign in by it no more. */
  remove(id: string, condition?: Condition): Promise<UpstreamRecord>;
}

interface Dependencies {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly cipher: SecretCipher;
  readonly clients: ListedClients;
  readonly groups: Pick<Groups, 'unknown'>;
  /** Called after each change, before it is answered. */
  readonly onChange: (id: string) => Promise<void>;
}

const maxUpstreams = 100;

const omitNull = (settings: StoredUpstreamSettings): StoredUpstreamSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== undefined));

export const createStoredUpstreams = ({
  store,
  config,
  clock,
  events,
  cipher,
  clients,
  groups,
  onChange,
}: Dependencies): StoredUpstreams => {
  const rules = createStoredUpstreamRules({ config, cipher, clients, groups });
  const configured = new Map(config.upstreams.map((one) => [one.id, recordOfConfigured(config, one)]));

  const recordIn = (list: StoredList, id: string): UpstreamRecord => {
    const checked = checkStoredList(list, { config, cipher }).find(({ stored }) => stored.id === id);
    if (!checked) throw upstreamNotFound(id);
    return recordOfStored(config, checked);
  };

  const storedIn = ({ upstreams }: StoredList, id: string): StoredUpstream => {
    const stored = upstreams.find((one) => one.id === id);
    if (!stored) throw configured.has(id) ? upstreamConfigured(id) : upstreamNotFound(id);
    return stored;
  };

  const encryptSecret = (
    id: string,
    secret: unknown,
  ): Pick<StoredUpstream, 'encryptedSecret' | 'secretSetAt'> =>
    typeof secret === 'string'
      ? { encryptedSecret: cipher.encrypt(secret, secretContext(id)), secretSetAt: clock.now() }
      : {};

  const withoutSecret = ({
    id: _,
    client_secret: __,
    ...settings
  }: StoredUpstreamSettings): StoredUpstreamSettings => settings;

  const finish = async (type: string, id: string): Promise<void> => {
    events.emit({ type, outcome: 'ok', details: { upstream: id } });
    await onChange(id);
  };

  const all = async (): Promise<readonly UpstreamRecord[]> => [
    ...configured.values(),
    ...checkStoredList(await readStoredList(store), { config, cipher }).map((one) =>
      recordOfStored(config, one),
    ),
  ];

  return {
    async list({ limit = 50, cursor } = {}) {
      const records = await all();
      const start = cursor === undefined ? 0 : records.findIndex(({ id }) => id === cursor) + 1;
      if (cursor !== undefined && start === 0) throw new InvalidCursor();
      const items = records.slice(start, start + limit);
      const last = items.at(-1);
      return { items, ...(last && start + limit < records.length && { next: last.id }) };
    },

    find: async (id) => configured.get(id) ?? (await all()).find((one) => one.id === id),

    async add(given, { enabled = true } = {}) {
      const settings = omitNull(given);
      const upstream = rules.check(await readStoredList(store), settings);
      const { id } = upstream;
      await rules.requireGroups(groupsNamedBy(upstream));
      const added = await changeStoredList(store, (held) => {
        const former = held.removed.find((one) => one.id === id);
        if (former && former.provider !== providerOf(settings)) throw upstreamIdUsed(id);
        if (held.upstreams.some((one) => one.id === id)) throw upstreamExists(id);
        if (held.upstreams.length >= maxUpstreams) throw tooManyUpstreams(maxUpstreams);
        rules.check(held, settings);
        const now = clock.now();
        const stored: StoredUpstream = {
          id,
          settings: withoutSecret(settings),
          ...encryptSecret(id, settings['client_secret']),
          enabled,
          createdAt: now,
          updatedAt: now,
        };
        const list = {
          upstreams: [...held.upstreams, stored],
          removed: held.removed.filter((one) => one.id !== id),
        };
        return { list, result: recordIn(list, id) };
      });
      await finish('upstream.added', id);
      return added;
    },

    async update(id, changes, { enabled, ifVersion } = {}) {
      if (Object.hasOwn(changes, 'id') && changes['id'] !== id)
        throw upstreamRefused([{ field: 'id', message: 'Can not be changed; add another upstream.' }]);
      const { client_secret: newSecret, ...others } = changes;
      const changesSettings = Object.keys(changes).length > 0;
      const next = (held: StoredList) => {
        const former = storedIn(held, id);
        requireVersion(former, ifVersion);
        const { encryptedSecret, secretSetAt, ...rest } = former;
        const secret =
          newSecret === undefined && encryptedSecret !== undefined
            ? { encryptedSecret, ...(secretSetAt !== undefined && { secretSetAt }) }
            : encryptSecret(id, newSecret);
        const settings = omitNull({ ...former.settings, ...others, id });
        rules.requireSameProvider(former.settings, settings);
        // One that breaks a rule can be stopped all the same.
        if (changesSettings) rules.checkChanged(held, { settings, encryptedSecret: secret.encryptedSecret });
        const stored: StoredUpstream = {
          ...rest,
          ...secret,
          settings: withoutSecret(settings),
          enabled: enabled ?? former.enabled,
          ...nextVersion(former, clock.now()),
        };
        return stored;
      };
      next(await readStoredList(store));
      if (changes['groups']) await rules.requireGroups(groupsNamedBy(changes));
      const changed = await changeStoredList(store, (held) => {
        const stored = next(held);
        const list = {
          ...held,
          upstreams: held.upstreams.map((one) => (one.id === id ? stored : one)),
        };
        return { list, result: { before: recordIn(held, id), after: recordIn(list, id) } };
      });
      await finish('upstream.updated', id);
      return changed;
    },

    async remove(id, { ifVersion } = {}) {
      await rules.requireUnused(id);
      const removed = await changeStoredList(store, (held) => {
        const { settings, ...former } = storedIn(held, id);
        requireVersion(former, ifVersion);
        const list = {
          upstreams: held.upstreams.filter((one) => one.id !== id),
          removed: [...held.removed, { id, provider: providerOf(settings) }],
        };
        return { list, result: recordIn(held, id) };
      });
      await finish('upstream.removed', id);
      return removed;
    },
  };
};
