import { type Config, checkStoredUpstream, type StoredUpstreamSettings, type UpstreamConfig } from '#config';
import type { Events } from '../../events.ts';
import { InvalidCursor } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Groups } from '../groups/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import { nextVersion, requireVersion, versionOf } from '../record-version.ts';
import { type CheckedUpstream, checkStoredList } from './check-stored-list.ts';
import { callbackPath } from './paths.ts';
import {
  tooManyUpstreams,
  type UpstreamRuleProblem,
  upstreamConfigured,
  upstreamExists,
  upstreamIdUsed,
  upstreamInUse,
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

/** An upstream for operators. It holds no secret. */
export interface UpstreamRecord {
  readonly id: string;
  /** The keys of the configuration, with defaults, without the id and the secret. */
  readonly settings: StoredUpstreamSettings;
  readonly enabled: boolean;
  readonly hasSecret: boolean;
  /** Absent for an upstream of the configuration. */
  readonly secretSetAt?: number;
  readonly redirectUri: string;
  readonly from: 'configuration' | 'store';
  readonly createdAt?: number;
  readonly version?: string;
  /** Rules that it breaks since the configuration changed. It is not offered meanwhile. */
  readonly problems: readonly UpstreamRuleProblem[];
}

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
  /** Those of the configuration first, then those of the store, the oldest first. */
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

interface ListedClients {
  list(options: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }[];
    readonly next?: string;
  }>;
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
const maxLength = 16_384;

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
  const redirectUriOf = (id: string): string => `${config.issuer}${callbackPath(id)}`;

  const configuredRecord = ({ id, client_secret: secret, ...settings }: UpstreamConfig): UpstreamRecord => ({
    id,
    settings,
    enabled: true,
    hasSecret: secret !== undefined,
    redirectUri: redirectUriOf(id),
    from: 'configuration',
    problems: [],
  });

  const toRecord = ({ stored, upstream, problems }: CheckedUpstream): UpstreamRecord => {
    const { id: _, client_secret: __, allowed_networks: ___, ...settings } = upstream ?? stored.settings;
    return {
      id: stored.id,
      settings,
      enabled: stored.enabled,
      hasSecret: stored.encryptedSecret !== undefined,
      ...(stored.secretSetAt !== undefined && { secretSetAt: stored.secretSetAt }),
      redirectUri: redirectUriOf(stored.id),
      from: 'store',
      createdAt: stored.createdAt,
      version: versionOf(stored),
      problems,
    };
  };

  const configured = new Map(config.upstreams.map((one) => [one.id, configuredRecord(one)]));

  const recordIn = (list: StoredList, id: string): UpstreamRecord => {
    const checked = checkStoredList(list, { config, cipher }).find(({ stored }) => stored.id === id);
    if (!checked) throw upstreamNotFound(id);
    return toRecord(checked);
  };

  const storedIn = ({ upstreams }: StoredList, id: string): StoredUpstream => {
    const stored = upstreams.find((one) => one.id === id);
    if (!stored) throw configured.has(id) ? upstreamConfigured(id) : upstreamNotFound(id);
    return stored;
  };

  /** Throws with every rule that the settings break beside the others. */
  const check = (list: StoredList, settings: StoredUpstreamSettings): UpstreamConfig => {
    const { id } = settings;
    const others = checkStoredList(list, { config, cipher }).flatMap(({ stored, upstream }) =>
      upstream === undefined || stored.id === id ? [] : [upstream],
    );
    const { upstream, problems } = checkStoredUpstream(settings, config, [...config.upstreams, ...others]);
    if (!upstream) throw upstreamRefused(problems);
    if (JSON.stringify(settings).length > maxLength)
      throw upstreamRefused([{ field: 'upstream', message: `Is longer than ${maxLength} characters.` }]);
    return upstream;
  };

  const checkNext = (
    list: StoredList,
    {
      settings,
      encryptedSecret,
    }: Pick<StoredUpstream, 'settings'> & { encryptedSecret?: string | undefined },
  ): void => {
    const secret = encryptedSecret && cipher.decrypt(encryptedSecret, secretContext(String(settings['id'])));
    check(list, { ...settings, ...(secret !== undefined && { client_secret: secret }) });
  };

  /** Only a server knows the groups of the store. A mistyped one would give no one anything. */
  const checkGroups = async (names: readonly string[]): Promise<void> => {
    const unknown = await groups.unknown([...new Set(names)]);
    if (unknown.length === 0) return;
    throw upstreamRefused(
      unknown.map((name) => ({
        field: 'groups',
        message: `There is no group ${name}; \`group add\` makes one.`,
      })),
    );
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

  /** The people of another provider would sign in as those of this one. */
  const requireSameProvider = (former: StoredUpstreamSettings, settings: StoredUpstreamSettings): void => {
    if (providerOf(former) === providerOf(settings)) return;
    throw upstreamRefused([
      {
        field: 'issuer',
        message:
          'Issuer, preset and oauth2 say whose people these are, and can not be changed; add another upstream.',
      },
    ]);
  };

  const finish = async (type: string, id: string): Promise<void> => {
    events.emit({ type, outcome: 'ok', details: { upstream: id } });
    await onChange(id);
  };

  /** Without a list that names it, people could never sign in to such a client. */
  const requireUnused = async (id: string): Promise<void> => {
    let cursor: string | undefined;
    do {
      const page = await clients.list({ limit: 500, ...(cursor !== undefined && { cursor }) });
      const client = page.items.find(({ metadata }) => [metadata['allowed_upstreams']].flat().includes(id));
      if (client) throw upstreamInUse(id, client.id);
      cursor = page.next;
    } while (cursor !== undefined);
  };

  const all = async (): Promise<readonly UpstreamRecord[]> => [
    ...configured.values(),
    ...checkStoredList(await readStoredList(store), { config, cipher }).map(toRecord),
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
      const upstream = check(await readStoredList(store), settings);
      const { id } = upstream;
      await checkGroups(groupsNamedBy(upstream));
      const added = await changeStoredList(store, (held) => {
        const former = held.removed.find((one) => one.id === id);
        if (former && former.provider !== providerOf(settings)) throw upstreamIdUsed(id);
        if (held.upstreams.some((one) => one.id === id)) throw upstreamExists(id);
        if (held.upstreams.length >= maxUpstreams) throw tooManyUpstreams(maxUpstreams);
        check(held, settings);
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
        requireSameProvider(former.settings, settings);
        // One that breaks a rule can be stopped all the same.
        if (changesSettings) checkNext(held, { settings, encryptedSecret: secret.encryptedSecret });
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
      if (changes['groups']) await checkGroups(groupsNamedBy(changes));
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
      await requireUnused(id);
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
