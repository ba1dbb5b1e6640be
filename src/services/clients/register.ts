import type { Clock } from '#src/store/port.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import type { SecretCipher } from '../keys/index.ts';
import { authenticationMethodOf, needsSecret } from './authentication-methods.ts';
import type { ClientMetadata, Clients } from './client.ts';
import { operatorOnlyNames } from './metadata-names.ts';
import { applyDefaults } from './presets.ts';
import { ClientRefused } from './problem.ts';
import type { StoredClient } from './record.ts';
import { convertSecrets } from './secret-changes.ts';
import { type ClientStore, clientExists } from './store.ts';
import { type StoredSecret, toStoredSecret } from './stored-secret.ts';
import { clientProblems } from './validate.ts';

interface Dependencies {
  readonly stored: ClientStore;
  readonly publishChange: (type: string, id: string) => Promise<void>;
  readonly clock: Clock;
  readonly cipher: SecretCipher | undefined;
  /** Whether the secret is the placeholder that the engine got, and not one that the engine created. */
  readonly isPlaceholder: (id: string, secret: string) => boolean;
  readonly grantTypes: readonly GrantType[];
}

/** Stores a client that the engine created or changed (RFC 7591, RFC 7592). */
export const createRegister =
  ({ stored, publishChange, clock, cipher, isPlaceholder, grantTypes }: Dependencies): Clients['register'] =>
  async ({ client_secret: secret, client_secret_expires_at: until, from_registration: _, ...given }) => {
    // TypeScript loses `client_id`, which is always present, from the rest of a type with an index signature.
    const metadata = applyDefaults(given as ClientMetadata);
    const id = metadata.client_id;
    const former = await stored.byId(id);
    if (former !== undefined && former.from !== 'registration') throw clientExists(id);

    const operatorMetadata = Object.fromEntries(
      operatorOnlyNames.flatMap((name) =>
        former?.metadata[name] === undefined ? [] : [[name, former.metadata[name]]],
      ),
    );
    // A client that sends back what it read (RFC 7592 §2.2) includes operator metadata, with unchanged values.
    const clientMetadata = Object.fromEntries(
      Object.entries(metadata).filter(
        ([name, value]) => JSON.stringify(operatorMetadata[name]) !== JSON.stringify(value),
      ),
    ) as ClientMetadata;
    const lowersProfile = former?.metadata.profile === 'fapi2' && clientMetadata.profile !== 'fapi2';
    const problems = [
      ...clientProblems(clientMetadata, 'client', grantTypes),
      ...(lowersProfile
        ? [{ field: 'profile', message: 'can not be lowered from fapi2; name it again' }]
        : []),
    ];
    if (problems.length > 0) throw new ClientRefused(problems);

    const now = clock.now();
    const expiry = typeof until === 'number' && until > 0 ? { expiresAt: until * 1000 } : {};
    const newSecrets: StoredSecret[] =
      typeof secret === 'string' && needsSecret(metadata) && !isPlaceholder(id, secret)
        ? [
            toStoredSecret({
              id,
              info: { name: 'registration', createdAt: now, ...expiry },
              secret,
              method: authenticationMethodOf(metadata),
              cipher,
            }),
          ]
        : [];
    const next = (client: StoredClient): StoredClient => {
      const changedClient = { ...client, metadata: { ...clientMetadata, ...operatorMetadata } };
      return {
        ...changedClient,
        secrets: newSecrets.length > 0 ? newSecrets : convertSecrets(changedClient, cipher),
      };
    };
    const emptyClient = {
      id,
      metadata,
      secrets: [],
      from: 'registration',
      createdAt: now,
      updatedAt: now,
    } as const;
    if (former === undefined) await stored.insert(next(emptyClient));
    else await stored.change(id, next);
    await publishChange(former === undefined ? 'client.registered' : 'client.updated', id);
  };
