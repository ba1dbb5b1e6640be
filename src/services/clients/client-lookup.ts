import { createHmac, randomBytes } from 'node:crypto';
import type { Clock, Store } from '../../store/port.ts';
import { createReadThroughCache } from '../../store/read-through-cache.ts';
import type { SecretCipher } from '../keys/index.ts';
import { needsSecret } from './authentication-methods.ts';
import type { ClientMetadata, Clients } from './client.ts';
import { createClosestId } from './closest-id.ts';
import type { LoadedClient } from './configured.ts';
import { applyDefaults } from './presets.ts';
import { type StoredClient, toRecord } from './record.ts';
import type { ClientStore } from './store.ts';
import { encryptionContext, isLive, matchesHash, rememberVerified, sameText } from './stored-secret.ts';

interface Dependencies {
  readonly store: Store;
  readonly stored: ClientStore;
  readonly builtIn: ReadonlyMap<string, LoadedClient>;
  readonly configured: ReadonlyMap<string, LoadedClient>;
  readonly stoppedSince: ReadonlyMap<string, number>;
  readonly clock: Clock;
  readonly cipher: SecretCipher | undefined;
}

/** How long a changed client may still be used on a process that missed the message about it. */
const maxAgeMs = 30_000;
const maxCachedClients = 10_000;
/** Of metadata as JSON. Strangers may register clients of up to 16 KB. */
const maxCachedBytes = 32 * 1024 * 1024;

/** Finds clients and verifies their secrets, without a round trip to the store while a client is cached. */
export const createClientLookup = ({
  store,
  stored,
  builtIn,
  configured,
  stoppedSince,
  clock,
  cipher,
}: Dependencies) => {
  // The key never leaves this process, so what the engine derives from a placeholder (HS256, A256KW …) can't be forged.
  const placeholderKey = randomBytes(32);
  const placeholder = (id: string): string =>
    createHmac('sha256', placeholderKey).update(id).digest('base64url');

  const toLoadedClient = (client: StoredClient): LoadedClient => ({
    record: toRecord(client),
    ...(client.ownLoopback && { ownLoopback: client.ownLoopback }),
    secrets: client.secrets,
    clearSecrets: client.secrets.flatMap((secret) =>
      'sealed' in secret && cipher !== undefined
        ? [
            {
              secret: cipher.decrypt(secret.sealed, encryptionContext(client.id)),
              ...(secret.expiresAt !== undefined && { expiresAt: secret.expiresAt }),
            },
          ]
        : [],
    ),
  });

  const cache = createReadThroughCache<{ readonly loaded: LoadedClient; readonly metadata: ClientMetadata }>({
    load: async (id) => {
      const client = await stored.byId(id);
      if (client === undefined) return undefined;
      const loaded = toLoadedClient(client);
      return { loaded, metadata: forEngine(loaded) };
    },
    clock,
    maxEntries: maxCachedClients,
    maxSize: maxCachedBytes,
    sizeOf: ({ metadata }) => JSON.stringify(metadata).length,
    maxAgeMs,
  });

  const forEngine = ({ record, clearSecrets, ownLoopback }: LoadedClient): ClientMetadata => {
    const metadata = {
      ...applyDefaults(record.metadata),
      from_registration: record.from === 'registration',
      ...(ownLoopback && { own_loopback: ownLoopback }),
      ...(record.createdAt !== undefined && { client_id_issued_at: Math.floor(record.createdAt / 1000) }),
    };
    if (!needsSecret(metadata)) return metadata;
    return { ...metadata, client_secret: clearSecrets[0]?.secret ?? placeholder(record.id) };
  };
  const fixed = new Map(
    [...configured, ...builtIn].map(([id, loaded]) => [id, { loaded, metadata: forEngine(loaded) }]),
  );
  const lookUp = (id: string) => fixed.get(id) ?? cache.get(id);

  const recoverSecrets = async (id: string): Promise<readonly string[]> =>
    ((await lookUp(id))?.loaded.clearSecrets ?? [])
      .filter((clear) => isLive(clear, clock.now()))
      .map(({ secret }) => secret);

  const matchesStoredHash = rememberVerified(({ hash }: { readonly hash: string }, given) =>
    matchesHash(hash, given),
  );
  // Each request of a client calls it several times.
  const find: Clients['find'] = (id) => {
    const found = lookUp(id);
    return found instanceof Promise ? found.then((client) => client?.metadata) : found.metadata;
  };
  const verifySecret: Clients['verifySecret'] = async (id, secret) => {
    const looked = lookUp(id);
    const found = looked instanceof Promise ? await looked : looked;
    if (found === undefined || secret.length > 1024) return false;
    const now = clock.now();
    return found.loaded.secrets.some(
      (stored) =>
        isLive(stored, now) &&
        ('hash' in stored
          ? matchesStoredHash(stored, secret)
          : cipher !== undefined && sameText(cipher.decrypt(stored.sealed, encryptionContext(id)), secret)),
    );
  };

  const { closestId, forget } = createClosestId({ stored, configuredIds: [...configured.keys()], clock });
  const invalidate = (id: string): void => {
    cache.invalidate(id);
    forget();
  };

  return {
    find,
    verifySecret,
    recoverSecrets,
    closestId,
    isStopped: (id: string): boolean => stoppedSince.has(id),
    invalidate,
    close: store.subscribe('clients', (id) => {
      if (id !== undefined) return invalidate(id);
      cache.clear();
      forget();
    }),
  };
};
