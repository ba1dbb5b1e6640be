import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import { Draft } from '../../store/draft.ts';
import type { Clock, Store, Write } from '../../store/port.ts';
import { createGroups } from '../groups/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import { requireVersion } from '../record-version.ts';
import { indexExisting, searchText } from '../search/index.ts';
import { accountClient, accountClientId } from './built-in.ts';
import type { AddClient, ClientConditions, ClientMetadata, ClientRecord, Clients } from './client.ts';
import { createClientLookup } from './client-lookup.ts';
import { type LoadedClient, loadConfiguredClients } from './configured.ts';
import { createLogoChange } from './logo.ts';
import { createNewClient, newClientId } from './new-client.ts';
import { createOperatorRules } from './operator-rules.ts';
import { applyDefaults, applyPresets } from './presets.ts';
import { ClientRefused } from './problem.ts';
import {
  clientTexts,
  insertClient,
  readClient,
  replaceClient,
  type StoredClient,
  toRecord,
} from './record.ts';
import { createRegister } from './register.ts';
import { convertSecrets, createSecretChanges } from './secret-changes.ts';
import { createStoppedClients } from './stopped.ts';
import { clientExists, clientNotFound, createClientStore } from './store.ts';

export interface ClientsOptions {
  readonly store: Store;
  readonly config: Pick<
    Config,
    | 'accounts'
    | 'claims'
    | 'clients'
    | 'groups'
    | 'issuer'
    | 'pages'
    | 'profile'
    | 'registration'
    | 'resources'
    | 'security'
    | 'upstreams'
  >;
  readonly clock: Clock;
  readonly events: Events;
  /** Without it no `client_secret_jwt` client can be stored. */
  readonly secretCipher?: SecretCipher;
  /** The grant types that clients may be registered for. */
  readonly grantTypes: readonly GrantType[];
}

const omitNullish = (metadata: object): ClientMetadata =>
  // Only members without a value are removed, and `client_id` always has one.
  Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== null && value !== undefined),
  ) as ClientMetadata;

const clientReserved = (id: string): Failure =>
  new Failure({
    code: 'client_reserved',
    message: `The client id ${id} is reserved for the account pages of this server; choose another id.`,
    status: 409,
    exit: exitCode.conflict,
  });

const assertConditions = (held: StoredClient, { ifVersion, check }: ClientConditions): void => {
  requireVersion(held, ifVersion);
  check?.(toRecord(held));
};

export const createClients = ({
  store,
  config,
  clock,
  events,
  secretCipher: cipher,
  grantTypes,
}: ClientsOptions): Clients => {
  const configured = loadConfiguredClients(config.clients, grantTypes);
  const metadata = accountClient(config);
  const builtIn = new Map([
    [
      accountClientId,
      {
        record: { id: accountClientId, metadata, secrets: [], from: 'built-in' },
        secrets: [],
        clearSecrets: [],
      } satisfies LoadedClient,
    ],
  ]);
  const clientStore = createClientStore(store, clock);
  const stopped = createStoppedClients({ store, clock });
  const lookup = createClientLookup({
    store,
    stored: clientStore,
    builtIn,
    configured,
    stoppedSince: stopped.since,
    clock,
    cipher,
  });

  const groups = createGroups({ store, config, clock, events });
  const rules = createOperatorRules({ config, store, grantTypes, groups });

  const publishChange = async (type: string, id: string): Promise<void> => {
    lookup.invalidate(id);
    // A process that misses the message reads the client again when its cached copy expires.
    await store.publish('clients', id).catch(() => {});
    events.emit({ type, outcome: 'ok', client: id });
  };

  const refuseFixed = (id: string): void => {
    if (builtIn.has(id)) throw clientReserved(id);
    if (!configured.has(id)) return;
    throw new Failure({
      code: 'client_configured',
      message: `The client ${id} comes from the configuration; change it there.`,
      status: 409,
      exit: exitCode.conflict,
    });
  };

  const change = async (
    id: string,
    type: string,
    next: (client: StoredClient) => StoredClient,
    conditions: ClientConditions = {},
    writes: readonly Write[] = [],
  ) => {
    refuseFixed(id);
    const withNext = (held: StoredClient): StoredClient => {
      assertConditions(held, conditions);
      return next(held);
    };
    const client = await clientStore.change(id, withNext, writes);
    await publishChange(type, id);
    return toRecord(client);
  };

  const newClient = (client: AddClient, ways = rules.waysOfConfiguration) => {
    const id = client.id ?? newClientId();
    const given = omitNullish(applyPresets(client, id));
    rules.requireShapes(given);
    const metadata = applyDefaults(given);
    rules.check(metadata, { ways });
    if (builtIn.has(id)) throw clientReserved(id);
    if (configured.has(id)) throw clientExists(id);
    return createNewClient({ metadata, client, now: clock.now(), cipher });
  };

  const withState = (client: ClientRecord): ClientRecord => {
    const stoppedAt = stopped.since.get(client.id);
    return { ...client, ...(stoppedAt !== undefined && { stoppedAt }) };
  };

  const get: Clients['get'] = async (id) => {
    const known = builtIn.get(id) ?? configured.get(id);
    if (known !== undefined) return withState(known.record);
    const client = await clientStore.byId(id);
    return client === undefined ? undefined : withState(toRecord(client));
  };

  /** Commits something about a client, which may be one of the configuration. It fails when the client is gone. */
  const commitBeside = async (
    id: string,
    { check }: Pick<ClientConditions, 'check'> = {},
    commit: (conditions: readonly Write[]) => Promise<boolean>,
  ): Promise<boolean> => {
    const known = builtIn.get(id) ?? configured.get(id);
    if (known === undefined)
      return clientStore.commitBeside(id, (client) => check?.(toRecord(client)), commit);
    check?.(known.record);
    return commit([]);
  };

  return {
    find: lookup.find,
    verifySecret: lookup.verifySecret,
    recoverSecrets: lookup.recoverSecrets,
    closestId: lookup.closestId,
    get,
    async list({ limit = 50, cursor } = {}) {
      const { clients, next } = await clientStore.list(limit, cursor);
      const first = cursor === undefined ? [...configured.values()].map(({ record }) => record) : [];
      return {
        items: [...first, ...clients.map(toRecord)].map(withState),
        ...(next !== undefined && { next }),
      };
    },
    async search(prefix, { limit = 50, cursor } = {}) {
      const wanted = searchText(prefix);
      const matches = (client: ClientRecord) => clientTexts(client).some((text) => text.startsWith(wanted));
      const { clients, next } = await clientStore.search(prefix, limit, cursor);
      const all = [...configured.values()].map(({ record }) => record);
      const first = cursor === undefined ? all.filter(matches) : [];
      return {
        items: [...first, ...clients.map(toRecord)].map(withState),
        ...(next !== undefined && { next }),
      };
    },
    indexForSearch: (isStopped) =>
      indexExisting({
        store,
        clock,
        list: 'clients',
        rewrite: ({ document }) => replaceClient(readClient(document), document.body),
        isStopped,
      }),
    async add(client) {
      await rules.requireGroups(client.metadata['allowed_groups']);
      const { stored, added } = newClient(client, await rules.findWays(client.metadata));
      if (client.id !== undefined) await rules.requireNoAccount(client.id);
      await clientStore.insert(stored);
      await publishChange('client.added', stored.id);
      return added;
    },
    draft(client) {
      const { stored, added } = newClient(client);
      return {
        ...added,
        draft: new Draft([insertClient(stored)], () => publishChange('client.added', stored.id)),
      };
    },
    async update(id, changes, options) {
      if (Object.hasOwn(changes, 'client_id') && changes['client_id'] !== id) {
        throw new ClientRefused([{ field: 'client_id', message: 'can not be changed; add another client' }]);
      }
      await rules.requireGroups(changes['allowed_groups']);
      const ways = await rules.findWays(changes);
      const withChanges = (client: StoredClient): StoredClient => {
        const changed = omitNullish({ ...client.metadata, ...changes, client_id: id });
        rules.requireShapes(changed);
        const metadata = applyDefaults(changed);
        rules.check(metadata, { ways, former: client.metadata });
        return { ...client, metadata, secrets: convertSecrets({ ...client, metadata }, cipher) };
      };
      return change(id, 'client.updated', withChanges, options);
    },
    async stop(id, options) {
      if (builtIn.has(id)) throw clientReserved(id);
      const isNew = await commitBeside(id, options, (conditions) => stopped.stop(id, conditions));
      if (isNew) events.emit({ type: 'client.stopped', outcome: 'ok', client: id });
      return isNew;
    },
    async start(id, options) {
      const exists = (await get(id)) !== undefined;
      // The configuration may name a stopped client no more.
      const wasStopped = exists
        ? await commitBeside(id, options, (conditions) => stopped.start(id, conditions))
        : await stopped.start(id, []);
      if (!exists && !wasStopped) throw clientNotFound(id);
      if (wasStopped) events.emit({ type: 'client.started', outcome: 'ok', client: id });
      return wasStopped;
    },
    isStopped: lookup.isStopped,
    readStopped: stopped.read,
    followStopped: stopped.follow,
    async remove(id, writes = [], conditions = {}) {
      refuseFixed(id);
      await clientStore.remove(id, [...writes, stopped.removal(id)], (client) =>
        assertConditions(client, conditions),
      );
      // Another client may get the id.
      await stopped.publish(id);
      await publishChange('client.removed', id);
    },
    ...createLogoChange({ change, issuer: config.issuer }),
    ...createSecretChanges({ change, clock, cipher }),
    ...createRegister({
      stored: clientStore,
      publishChange,
      clock,
      cipher,
      grantTypes,
      redirectSchemes: config.registration.redirect_schemes,
    }),
    close: lookup.close,
  };
};
