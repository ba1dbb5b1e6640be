import { isDeepStrictEqual } from 'node:util';
import type { Provider } from 'oidc-provider';
import { BoundedMap } from '../../store/bounded-map.ts';
import type { Clock } from '../../store/port.ts';
import type { EngineClient } from '../engine-types.ts';
import { internalsOf } from '../internals.ts';
import { rsaKeyProblem } from '../keys/rsa-keys.ts';
import {
  boundFetchedKeys,
  createRoomOfRegistered,
  type FetchedKeys,
  type SelectKeys,
} from './fetched-keys.ts';
import type { KeySetRoom } from './key-set-room.ts';
import type { DetailTypes } from './options.ts';
import type { Override } from './override.ts';

/** Members that the types of the engine leave out. */
interface ClientKeys {
  readonly clientSecret?: string;
  readonly symmetricKeyStore: Iterable<{ readonly k?: string }> & {
    add(key: Readonly<Record<string, string>>): void;
  };
  readonly asymmetricKeyStore: AsymmetricKeys;
}

interface AsymmetricKeys extends FetchedKeys {
  selectForEncrypt: SelectKeys;
}

const maxCachedClients = 20_000;
/** Of metadata as JSON. Strangers may register clients of up to 16 KB. */
const maxCachedBytes = 32 * 1024 * 1024;

interface BuiltClient {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly client: EngineClient;
}

/** The engine knows one secret of a client; an assertion may be made with any of them. */
const addAssertionSecrets = (client: EngineClient, secrets: readonly string[]): void => {
  const { symmetricKeyStore, clientSecret } = client as unknown as ClientKeys;
  const known = new Set([...symmetricKeyStore].map(({ k }) => k));
  for (const secret of secrets) {
    const k = Buffer.from(secret).toString('base64url');
    if (secret === clientSecret || known.has(k)) continue;
    symmetricKeyStore.add({ kty: 'oct', use: 'sig', alg: 'HS256', k });
  }
};

/** Each key that fits a signature costs a verification, and a key set has room for two thousand (CWE-400). */
const maxKeysOfSignature = 20;

/** A set of many keys is in order, as long as `kid` says which one signed. */
const limitKeysOfSignature = (keys: AsymmetricKeys): void => {
  const { selectForVerify } = keys;
  keys.selectForVerify = (wanted) => {
    const selected = selectForVerify.call(keys, wanted);
    if (selected.length <= maxKeysOfSignature) return selected;
    throw new Error(
      `the key set has ${selected.length} keys that fit a signature: at most ${maxKeysOfSignature} may, so name one by kid`,
    );
  };
};

/**
 * Keys by value are checked when a client is registered. Those behind `jwks_uri` may change at any time, so they are
 * checked when they are used.
 */
const refuseUnfitKeys = (keys: AsymmetricKeys): void => {
  const fitOf = (selected: readonly object[]) => selected.filter((key) => rsaKeyProblem(key) === undefined);
  const { selectForVerify, selectForEncrypt } = keys;
  keys.selectForVerify = (wanted) => {
    const selected = selectForVerify.call(keys, wanted);
    const fit = fitOf(selected);
    const [unfit] = selected;
    // The engine logs it as the cause of its refusal.
    if (unfit && fit.length === 0) throw new Error(`jwks_uri ${rsaKeyProblem(unfit)}`);
    return fit;
  };
  keys.selectForEncrypt = (wanted) => fitOf(selectForEncrypt.call(keys, wanted));
};

/** The engine builds a client once for the same metadata, so the same keys come again. */
const prepared = new WeakSet<AsymmetricKeys>();

const prepareKeys = (client: EngineClient, clock: Clock, roomOfRegistered: KeySetRoom): void => {
  if (client.jwks === undefined && client.jwksUri === undefined) return;
  const { asymmetricKeyStore: keys } = client as unknown as ClientKeys;
  if (prepared.has(keys)) return;
  prepared.add(keys);
  const isRegistered = client['from_registration'] === true;
  if (client.jwksUri !== undefined)
    boundFetchedKeys(keys, clock, isRegistered ? roomOfRegistered : undefined);
  limitKeysOfSignature(keys);
  if (client.jwksUri !== undefined) refuseUnfitKeys(keys);
};

/** The engine then refuses each scope that isn't registered, also when the registered ones are all of APIs. */
const restoreScope = (client: EngineClient): void => {
  const { registered_scope: scope } = client;
  if (typeof scope === 'string') Object.assign(client, { scope });
};

/** The engine takes types at its construction and builds no client with another type; clients are added later too. */
const addDetailTypes = (
  provider: Provider,
  { typesOf, validate }: DetailTypes,
  metadata: Readonly<Record<string, unknown>>,
): void => {
  const { types } = internalsOf(provider).features.richAuthorizationRequests;
  for (const type of typesOf(metadata)) if (!Object.hasOwn(types, type)) types[type] = { validate };
};

export const clientFind: Override = {
  name: 'client-find',
  symbols: ['Client.find', 'internals.features.richAuthorizationRequests.types'],
  reason:
    'The engine hashes the metadata of a client at each request, and builds the client anew once there are ' +
    'more than a hundred. Here a built client is kept for as long as its metadata is the same object, and ' +
    'built with its registered scope, all its secrets and types, and without RSA keys of its jwks_uri that are weak or expensive, ' +
    'and no more than twenty keys are tried on a signature. The engine also keeps keys of a jwks_uri for as ' +
    'long as any response says, and uses them after that; here they are five minutes old at most, and those of ' +
    'self-registered clients take 8 MB together. Built clients take a bounded number of bytes.',
  test: 'test/protocol/client-authentication.test.ts',
  apply(provider, { clients, clock, options }) {
    const cache = new BoundedMap<BuiltClient>({
      maxEntries: maxCachedClients,
      maxSize: maxCachedBytes,
      sizeOf: ({ metadata }) => JSON.stringify(metadata).length,
    });
    const roomOfRegistered = createRoomOfRegistered();
    const { Client } = provider;
    const find = Client.find.bind(Client);
    const { assertionSecrets, authorizationDetailTypes } = options.clientFind ?? {};

    const build = async (id: string, metadata: Readonly<Record<string, unknown>>) => {
      if (authorizationDetailTypes) addDetailTypes(provider, authorizationDetailTypes, metadata);
      const known = cache.get(id);
      const isUnchanged = known !== undefined && isDeepStrictEqual(known.metadata, metadata);
      const client = isUnchanged ? known.client : await find(id);
      if (assertionSecrets && client?.clientAuthMethod === 'client_secret_jwt')
        addAssertionSecrets(client, await assertionSecrets(id));
      if (!client) return undefined;
      restoreScope(client);
      prepareKeys(client, clock, roomOfRegistered);
      return client;
    };

    Client.find = async (id: string): Promise<EngineClient | undefined> => {
      if (typeof id !== 'string') return undefined;
      const found = clients.find(id);
      const metadata = found instanceof Promise ? await found : found;
      const cached = cache.get(id);
      if (cached && cached.metadata === metadata) return cached.client;
      const client = metadata && (await build(id, metadata));
      if (client) cache.set(id, { metadata, client });
      else cache.delete(id);
      return client;
    };
  },
};
