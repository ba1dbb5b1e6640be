import type { Config } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import type { Events } from '#src/events.ts';
import { newId } from '#src/store/new-id.ts';
import type { Clock, Store } from '#src/store/port.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import type { AddClient, ClientMetadata, Clients, NewClient, SecretCipher } from './client.ts';
import { createClientLookup } from './client-lookup.ts';
import { loadConfiguredClients } from './configured.ts';
import { applyDefaults, applyPresets } from './presets.ts';
import { ClientRefused } from './problem.ts';
import { insertClient, readClient, type StoredClient, toRecord } from './record.ts';
import { createRegister } from './register.ts';
import {
  authenticationMethodOf,
  convertSecrets,
  createSecretChanges,
  needsSecret,
} from './secret-changes.ts';
import { clientExists, createClientStore } from './store.ts';
import { checkChosenSecret, randomSecret, toStoredSecret } from './stored-secret.ts';
import { clientProblems } from './validate.ts';

export interface ClientsOptions {
  readonly store: Store;
  readonly config: Pick<Config, 'clients'>;
  readonly clock: Clock;
  readonly events: Events;
  /** Without it there can be no `client_secret_jwt` clients in the store. */
  readonly secretCipher?: SecretCipher;
  /** Those that clients may be registered for. */
  readonly grantTypes: readonly GrantType[];
}

const omitNullish = (metadata: object): ClientMetadata =>
  // Only members are taken away, and `client_id` is never one of them: it can't be changed.
  Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== null && value !== undefined),
  ) as ClientMetadata;

export const createClients = ({
  store,
  config,
  clock,
  events,
  secretCipher: box,
  grantTypes,
}: ClientsOptions): Clients => {
  const configured = loadConfiguredClients(config.clients, grantTypes);
  const stored = createClientStore(store, clock);
  const lookup = createClientLookup({ store, stored, configured, clock, box });

  const checkMetadata = (metadata: ClientMetadata): void => {
    const problems = clientProblems(metadata, 'operator', grantTypes);
    if (problems.length > 0) throw new ClientRefused(problems);
  };

  const publishChange = async (type: string, id: string): Promise<void> => {
    lookup.forget(id);
    // Best effort: a process that misses it looks again when its copy is too old.
    await store.publish('clients', id).catch(() => {});
    events.emit({ type, outcome: 'ok', client: id });
  };

  const refuseConfigured = (id: string): void => {
    if (!configured.has(id)) return;
    throw new Failure({
      code: 'client_configured',
      message: `The client ${id} comes from the configuration; change it there.`,
      status: 409,
      exit: exitCode.conflict,
    });
  };

  const change = async (id: string, type: string, next: (client: StoredClient) => StoredClient) => {
    refuseConfigured(id);
    const client = await stored.change(id, next);
    await publishChange(type, id);
    return toRecord(client);
  };

  const prepare = (client: AddClient): { readonly kept: StoredClient; readonly added: NewClient } => {
    const id = client.id ?? newId(12);
    const metadata = applyDefaults(omitNullish(applyPresets(client, id)));
    checkMetadata(metadata);
    if (configured.has(id)) throw clientExists(id);
    const method = authenticationMethodOf(metadata);
    const withSecret = needsSecret(metadata);
    if (client.secret !== undefined) checkChosenSecret(client.secret);
    if (client.secret !== undefined && !withSecret) {
      throw new ClientRefused([
        { field: 'client_secret', message: `is of no use with ${method}; leave it out` },
      ]);
    }
    const now = clock.now();
    const first = { info: { name: 'first', createdAt: now }, secret: client.secret ?? randomSecret() };
    const kept: StoredClient = {
      id,
      metadata,
      secrets: withSecret ? [toStoredSecret({ id, ...first, method, box })] : [],
      from: 'store',
      createdAt: now,
      updatedAt: now,
      ...(client.demo === undefined ? {} : { demo: client.demo }),
    };
    const added: NewClient = {
      client: toRecord(kept),
      ...(withSecret ? { secret: { name: first.info.name, secret: first.secret } } : {}),
    };
    return { kept, added };
  };

  return {
    find: lookup.find,
    verifySecret: lookup.verifySecret,
    recoverSecrets: lookup.recoverSecrets,
    async get(id) {
      const known = configured.get(id);
      if (known !== undefined) return known.record;
      const client = await stored.byId(id);
      return client === undefined ? undefined : toRecord(client);
    },
    async list({ limit = 50, cursor } = {}) {
      const page = await store.list('clients', 'all', { limit, ...(cursor === undefined ? {} : { cursor }) });
      const items = page.items.map(({ document }) => toRecord(readClient(document)));
      const first = cursor === undefined ? [...configured.values()].map(({ record }) => record) : [];
      return { items: [...first, ...items], ...(page.next === undefined ? {} : { next: page.next }) };
    },
    async add(client) {
      const { kept, added } = prepare(client);
      await stored.insert(kept);
      await publishChange('client.added', kept.id);
      return added;
    },
    draft(client) {
      const { kept, added } = prepare(client);
      return {
        ...added,
        writes: [insertClient(kept)],
        afterCommit: () => publishChange('client.added', kept.id),
      };
    },
    async update(id, changes) {
      if (Object.hasOwn(changes, 'client_id') && changes['client_id'] !== id) {
        throw new ClientRefused([{ field: 'client_id', message: 'can not be changed; add another client' }]);
      }
      return change(id, 'client.updated', (client) => {
        const metadata = applyDefaults(omitNullish({ ...client.metadata, ...changes, client_id: id }));
        checkMetadata(metadata);
        return { ...client, metadata, secrets: convertSecrets({ ...client, metadata }, box) };
      });
    },
    async remove(id) {
      refuseConfigured(id);
      await stored.remove(id);
      await publishChange('client.removed', id);
    },
    ...createSecretChanges({ change, clock, box }),
    register: createRegister({
      stored,
      changed: publishChange,
      clock,
      box,
      isPlaceholder: lookup.isPlaceholder,
      grantTypes,
    }),
    close: lookup.close,
  };
};
