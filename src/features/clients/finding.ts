import { createHmac, randomBytes } from 'node:crypto';
import { createCopies } from '#src/store/copies.ts';
import type { Clock, Store } from '#src/store/port.ts';
import type { ClientMetadata, Clients, SecretBox } from './client.ts';
import type { Known } from './configured.ts';
import { complete } from './presets.ts';
import { type KeptClient, toRecord } from './record.ts';
import { rememberRight } from './remembered.ts';
import { isLive, matchesHash, placeOf, sameText } from './secret.ts';
import type { Stored } from './stored.ts';

interface Parts {
  readonly store: Store;
  readonly stored: Stored;
  readonly configured: ReadonlyMap<string, Known>;
  readonly clock: Clock;
  readonly box: SecretBox | undefined;
}

/** How long a changed client may pass on a process that missed the announcement. */
const maxAgeMs = 30_000;
const mostCopies = 10_000;

/** The hot path: who a client is and whether its secret is right, without a trip to the store when it is known. */
export const createFinding = ({ store, stored, configured, clock, box }: Parts) => {
  // Nobody learns it, so what the engine derives from a placeholder (HS256, A256KW …) can be forged by nobody.
  const placeholders = randomBytes(32);
  const placeholder = (id: string): string =>
    createHmac('sha256', placeholders).update(id).digest('base64url');

  const toKnown = (client: KeptClient): Known => ({
    record: toRecord(client),
    secrets: client.secrets,
    clear: client.secrets.flatMap((kept) =>
      'sealed' in kept && box !== undefined
        ? [
            {
              secret: box.open(kept.sealed, placeOf(client.id)),
              ...(kept.expiresAt !== undefined && { expiresAt: kept.expiresAt }),
            },
          ]
        : [],
    ),
  });

  const copies = createCopies<{ readonly known: Known; readonly metadata: ClientMetadata }>({
    load: async (id) => {
      const client = await stored.byId(id);
      if (client === undefined) return undefined;
      const known = toKnown(client);
      return { known, metadata: forEngine(known) };
    },
    clock,
    max: mostCopies,
    maxAgeMs,
  });

  const forEngine = ({ record, clear }: Known): ClientMetadata => {
    const metadata = {
      ...complete(record.metadata),
      from_registration: record.from === 'registration',
      ...(record.createdAt !== undefined && { client_id_issued_at: Math.floor(record.createdAt / 1000) }),
    };
    const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic';
    if (!method.startsWith('client_secret_')) return metadata;
    return { ...metadata, client_secret: clear[0]?.secret ?? placeholder(record.id) };
  };
  const fixed = new Map([...configured].map(([id, known]) => [id, { known, metadata: forEngine(known) }]));
  const lookUp = async (id: string) => fixed.get(id) ?? copies.get(id);

  const recoverSecrets = async (id: string): Promise<readonly string[]> =>
    ((await lookUp(id))?.known.clear ?? [])
      .filter((kept) => isLive(kept, clock.now()))
      .map(({ secret }) => secret);

  const isHashed = rememberRight(({ hash }: { readonly hash: string }, given) => matchesHash(hash, given));
  const find: Clients['find'] = async (id) => (await lookUp(id))?.metadata;
  const verifySecret: Clients['verifySecret'] = async (id, secret) => {
    const found = await lookUp(id);
    if (found === undefined || secret.length > 1024) return false;
    const now = clock.now();
    return found.known.secrets.some(
      (kept) =>
        isLive(kept, now) &&
        ('hash' in kept
          ? isHashed(kept, secret)
          : box !== undefined && sameText(box.open(kept.sealed, placeOf(id)), secret)),
    );
  };

  return {
    find,
    verifySecret,
    recoverSecrets,
    isPlaceholder: (id: string, secret: string): boolean => sameText(placeholder(id), secret),
    forget: copies.forget,
    close: store.watch('clients', copies.forget),
  };
};
