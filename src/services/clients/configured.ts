import type { ClientConfig } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import { needsSecret } from './authentication-methods.ts';
import type { ClientMetadata, ClientRecord } from './client.ts';
import { applyDefaults } from './presets.ts';
import { toInfo } from './record.ts';
import { hashSecret, isSecretHash, type StoredSecret } from './stored-secret.ts';
import { clientProblems } from './validate.ts';

interface ClearSecret {
  readonly secret: string;
  readonly expiresAt?: number;
}

/** A client with what `find` and `verifySecret` need, from the configuration or the store. */
export interface LoadedClient {
  readonly record: ClientRecord;
  readonly secrets: readonly StoredSecret[];
  /** Secrets in clear, newest first, for `client_secret_jwt` clients only. */
  readonly clearSecrets: readonly ClearSecret[];
}

const secretsOf = (
  entry: ClientConfig,
  problems: string[],
): Pick<LoadedClient, 'secrets' | 'clearSecrets'> => {
  const named = [
    ...(entry.client_secret === undefined
      ? []
      : [{ name: 'configuration', value: entry.client_secret, hash: undefined, expires_at: undefined }]),
    ...(entry.secrets ?? []),
  ];
  const recoverable = entry.token_endpoint_auth_method === 'client_secret_jwt';
  const clearSecrets: ClearSecret[] = [];
  const secrets = named.flatMap(({ name, value, hash, expires_at }): StoredSecret[] => {
    if (hash !== undefined && !isSecretHash(hash)) {
      problems.push(`${entry.client_id}: secret ${name}: hash is not one that \`client make-secret\` prints`);
      return [];
    }
    if (recoverable && value === undefined) {
      problems.push(`${entry.client_id}: secret ${name}: client_secret_jwt needs the value, not its hash`);
      return [];
    }
    const storedHash = hash ?? (value === undefined ? undefined : hashSecret(value));
    if (storedHash === undefined) return [];
    const expiry = expires_at === undefined ? {} : { expiresAt: Date.parse(expires_at) };
    if (recoverable && value !== undefined) clearSecrets.push({ secret: value, ...expiry });
    return [{ name, createdAt: 0, hash: storedHash, ...expiry }];
  });
  return { secrets, clearSecrets };
};

/** Loads the clients of the configuration. Any broken rule stops the start, and the message lists all of them. */
export const loadConfiguredClients = (
  entries: readonly ClientConfig[],
  grantTypes: readonly GrantType[],
): ReadonlyMap<string, LoadedClient> => {
  const problems: string[] = [];
  const loaded = new Map<string, LoadedClient>();
  for (const entry of entries) {
    const { client_secret: _, secrets: __, ...named } = entry;
    // The entry was read from YAML or JSON and checked against the schema, so every value is JSON.
    const metadata = applyDefaults(named as ClientMetadata);
    for (const { field, message } of clientProblems(metadata, 'operator', grantTypes)) {
      problems.push(`${entry.client_id}: ${field}: ${message}`);
    }
    if (loaded.has(entry.client_id)) problems.push(`${entry.client_id}: is listed twice; remove one`);
    const own = secretsOf(entry, problems);
    if (needsSecret(metadata) && own.secrets.length === 0) {
      problems.push(`${entry.client_id}: client_secret: is missing; set it, or client_secret_file`);
    }
    loaded.set(entry.client_id, {
      record: {
        id: entry.client_id,
        metadata,
        secrets: own.secrets.map(toInfo),
        from: 'configuration',
      },
      ...own,
    });
  }
  if (problems.length === 0) return loaded;
  throw new Failure({
    code: 'bad_configuration',
    message: `Clients of the configuration can't be registered. ${problems.join('; ')}.`,
    exit: exitCode.configuration,
  });
};
