import { createHmac, randomBytes } from 'node:crypto';
import type { Clock, Store } from '#src/store/port.ts';
import { createReadThroughCache } from '#src/store/read-through-cache.ts';
import type { ClientMetadata, Clients, SecretCipher } from './client.ts';
import type { LoadedClient } from './configured.ts';
import { applyDefaults } from './presets.ts';
import { type StoredClient, toRecord } from './record.ts';
import { needsSecret } from './secret-changes.ts';
import type { ClientStore } from './store.ts';
import { encryptionContext, isLive, matchesHash, sameText } from './stored-secret.ts';
import { rememberVerified } from './verified-secrets.ts';

interface Dependencies {
  readonly store: Store;
  readonly stored: ClientStore;
  readonly configured: ReadonlyMap<string, LoadedClient>;
  readonly clock: Clock;
  readonly box: SecretCipher | undefined;
}

/** How long a changed client may pass on a process that missed the announcement. */
const maxAgeMs = 30_000;
const maxCachedClients = 10_000;

/** The hot path: who a client is and whether its secret is right, without a trip to the store when it is known. */
export const createClientLookup = ({ store, stored, configured, clock, box }: Dependencies) => {
  // Nobody learns it, so what the engine derives from a placeholder (HS256, A256KW …) can be forged by nobody.
  const placeholderKey = randomBytes(32);
  const placeholder = (id: string): string =>
    createHmac('sha256', placeholderKey).update(id).digest('base64url');

  const toLoadedClient = (client: StoredClient): LoadedClient => ({
    record: toRecord(client),
    secrets: client.secrets,
    clearSecrets: client.secrets.flatMap((kept) =>
      'sealed' in kept && box !== undefined
        ? [
            {
              secret: box.decrypt(kept.sealed, encryptionContext(client.id)),
              ...(kept.expiresAt !== undefined && { expiresAt: kept.expiresAt }),
            },
          ]
        : [],
    ),
  });

  const cache = createReadThroughCache<{ readonly known: LoadedClient; readonly metadata: ClientMetadata }>({
    load: async (id) => {
      const client = await stored.byId(id);
      if (client === undefined) return undefined;
      const known = toLoadedClient(client);
      return { known, metadata: forEngine(known) };
    },
    clock,
    maxEntries: maxCachedClients,
    maxAgeMs,
  });

  const forEngine = ({ record, clearSecrets }: LoadedClient): ClientMetadata => {
    const metadata = {
      ...applyDefaults(record.metadata),
      from_registration: record.from === 'registration',
      ...(record.createdAt !== undefined && { client_id_issued_at: Math.floor(record.createdAt / 1000) }),
    };
    if (!needsSecret(metadata)) return metadata;
    return { ...metadata, client_secret: clearSecrets[0]?.secret ?? placeholder(record.id) };
  };
  const fixed = new Map([...configured].map(([id, known]) => [id, { known, metadata: forEngine(known) }]));
  const lookUp = async (id: string) => fixed.get(id) ?? cache.get(id);

  const recoverSecrets = async (id: string): Promise<readonly string[]> =>
    ((await lookUp(id))?.known.clearSecrets ?? [])
      .filter((kept) => isLive(kept, clock.now()))
      .map(({ secret }) => secret);

  const matchesStoredHash = rememberVerified(({ hash }: { readonly hash: string }, given) =>
    matchesHash(hash, given),
  );
  const find: Clients['find'] = async (id) => (await lookUp(id))?.metadata;
  const verifySecret: Clients['verifySecret'] = async (id, secret) => {
    const found = await lookUp(id);
    if (found === undefined || secret.length > 1024) return false;
    const now = clock.now();
    return found.known.secrets.some(
      (kept) =>
        isLive(kept, now) &&
        ('hash' in kept
          ? matchesStoredHash(kept, secret)
          : box !== undefined && sameText(box.decrypt(kept.sealed, encryptionContext(id)), secret)),
    );
  };

  return {
    find,
    verifySecret,
    recoverSecrets,
    isPlaceholder: (id: string, secret: string): boolean => sameText(placeholder(id), secret),
    forget: cache.invalidate,
    close: store.subscribe('clients', cache.invalidate),
  };
};
