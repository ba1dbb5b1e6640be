import { type Config, selfFilledClaims, selfFilledSources, unknownScopes } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import type { Events } from '#src/events.ts';
import type { Clock, Store, Write } from '#src/store/port.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import { plainAudiences } from '../../provider/plain-audiences.ts';
import { createHasAccount } from '../accounts/index.ts';
import { createGroups } from '../groups/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import { requireVersion } from '../record-version.ts';
import { indexExisting, searchText } from '../search/index.ts';
import { readStoredList } from '../upstreams/stored-record.ts';
import { accountClient, accountClientId } from './built-in.ts';
import type { AddClient, ClientConditions, ClientMetadata, ClientRecord, Clients } from './client.ts';
import { createClientLookup } from './client-lookup.ts';
import { type LoadedClient, loadConfiguredClients } from './configured.ts';
import { idTokenClaimProblems } from './id-token-claims.ts';
import { createLogoChange } from './logo.ts';
import { createNewClient, newClientId } from './new-client.ts';
import { applyDefaults, applyPresets } from './presets.ts';
import { ClientRefused, type Problem } from './problem.ts';
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
import { clientProblems, shapeProblems } from './validate.ts';

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

  /** A scope that the client has already is no mistake of this change, even if it is no longer defined. */
  const scopeProblems = (scope: string, former: string): readonly Problem[] =>
    unknownScopes(config, scope)
      .filter((unknown) => !former.split(' ').includes(unknown.scope))
      .map(({ scope: unknown, suggestion }) => ({
        field: 'scope',
        message: `${unknown} is a scope of no resource, and not defined under claims${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
      }));

  /** A rule of the configuration, for clients that are added later (config/checks/resources.ts). */
  const idProblems = (id: string): readonly Problem[] =>
    plainAudiences(config).has(id)
      ? [{ field: 'client_id', message: 'is the audience of a resource with token_typ: JWT' }]
      : [];

  /** The other checks, and the defaults, rely on the shapes. */
  const refuseMalformed = (metadata: ClientMetadata): void => {
    const problems = shapeProblems(metadata);
    if (problems.length > 0) throw new ClientRefused(problems);
  };

  /** Otherwise people could give themselves a role. For clients of the configuration, its checks see to it. */
  const claimSourceProblems = ({ claims }: ClientMetadata): readonly Problem[] =>
    selfFilledSources(claims, selfFilledClaims(config)).map((claim) => ({
      field: 'claims',
      message: `decides by ${claim}, which people fill in themselves (at the sign-up, profile.editable, profile.fields); use groups, or a claim that only you set`,
    }));

  const namesIn = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

  const waysOfConfiguration: readonly string[] = ['local', ...config.upstreams.map(({ id }) => id)];

  /** Ways to sign in that clients may name. Few of them name any, and fewer one of the store. */
  const findWays = async ({ allowed_upstreams: named }: Readonly<Record<string, unknown>>) => {
    const isKnown = namesIn(named ?? undefined).every((name) =>
      waysOfConfiguration.some((way) => way === name),
    );
    if (isKnown) return waysOfConfiguration;
    const { upstreams } = await readStoredList(store);
    return [...waysOfConfiguration, ...upstreams.map(({ id }) => id)];
  };

  interface Checked {
    readonly ways: readonly string[];
    /** What the client names already is no mistake of this change, even if it is no longer there. */
    readonly former?: ClientMetadata;
  }

  const unknownNames = (field: string, metadata: ClientMetadata, { ways, former }: Checked) => {
    const known: readonly unknown[] = [
      ...namesIn(former?.[field]),
      ...(field === 'required_acr' ? config.security.acr_values : ways),
    ];
    return namesIn(metadata[field]).filter((name) => !known.includes(name));
  };

  /** People could never sign in to such a client. The configuration has the same rules. */
  const signInProblems = (metadata: ClientMetadata, checked: Checked): readonly Problem[] => [
    ...unknownNames('required_acr', metadata, checked).map((name) => ({
      field: 'required_acr',
      message: `${String(name)} is not among security.acr_values`,
    })),
    ...unknownNames('allowed_upstreams', metadata, checked).map((name) => ({
      field: 'allowed_upstreams',
      message: `there is no upstream ${String(name)}`,
    })),
  ];

  const hasAccount = createHasAccount({ config, store });

  /** RFC 9068 §5: an API would take a token that the client got for itself for one of the person. */
  const refuseSubject = async (id: string | undefined): Promise<void> => {
    if (id === undefined || !(await hasAccount(id))) return;
    throw new ClientRefused([{ field: 'client_id', message: 'is the id of an account; choose another one' }]);
  };

  const checkMetadata = (metadata: ClientMetadata, checked: Checked): void => {
    const problems = [
      ...clientProblems(metadata, 'operator', grantTypes),
      ...idProblems(metadata.client_id),
      ...idTokenClaimProblems(config, metadata['id_token_claims']),
      ...claimSourceProblems(metadata),
      ...signInProblems(metadata, checked),
      ...scopeProblems(metadata.scope ?? '', checked.former?.scope ?? ''),
    ];
    if (problems.length > 0) throw new ClientRefused(problems);
  };

  const groups = createGroups({ store, config, clock, events });

  const checkGroups = async (names: unknown): Promise<void> => {
    // A value of another shape is refused with the rest of the metadata.
    const unknown = await groups.unknown(Array.isArray(names) ? names.map(String) : []);
    if (unknown.length === 0) return;
    throw new ClientRefused(
      unknown.map((name) => ({
        field: 'allowed_groups',
        message: `there is no group ${name}; \`group add\` makes one`,
      })),
    );
  };

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

  const newClient = (client: AddClient, ways = waysOfConfiguration) => {
    const id = client.id ?? newClientId();
    const given = omitNullish(applyPresets(client, id));
    refuseMalformed(given);
    const metadata = applyDefaults(given);
    checkMetadata(metadata, { ways });
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
      await checkGroups(client.metadata['allowed_groups']);
      const { stored, added } = newClient(client, await findWays(client.metadata));
      await refuseSubject(client.id);
      await clientStore.insert(stored);
      await publishChange('client.added', stored.id);
      return added;
    },
    draft(client) {
      const { stored, added } = newClient(client);
      return {
        ...added,
        writes: [insertClient(stored)],
        afterCommit: () => publishChange('client.added', stored.id),
      };
    },
    async update(id, changes, options) {
      if (Object.hasOwn(changes, 'client_id') && changes['client_id'] !== id) {
        throw new ClientRefused([{ field: 'client_id', message: 'can not be changed; add another client' }]);
      }
      await checkGroups(changes['allowed_groups']);
      const ways = await findWays(changes);
      const withChanges = (client: StoredClient): StoredClient => {
        const changed = omitNullish({ ...client.metadata, ...changes, client_id: id });
        refuseMalformed(changed);
        const metadata = applyDefaults(changed);
        checkMetadata(metadata, { ways, former: client.metadata });
        return { ...client, metadata, secrets: convertSecrets({ ...client, metadata }, cipher) };
      };
      return change(id, 'client.updated', withChanges, options);
    },
    async stop(id) {
      if (builtIn.has(id)) throw clientReserved(id);
      if ((await get(id)) === undefined) throw clientNotFound(id);
      const isNew = await stopped.stop(id);
      if (isNew) events.emit({ type: 'client.stopped', outcome: 'ok', client: id });
      return isNew;
    },
    async start(id) {
      const wasStopped = await stopped.start(id);
      if (!wasStopped && (await get(id)) === undefined) throw clientNotFound(id);
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
