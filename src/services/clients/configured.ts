import type { ClientConfig } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import { needsSecret } from './authentication-methods.ts';
import { accountClientId } from './built-in.ts';
import type { ClientMetadata, ClientRecord } from './client.ts';
import { applyDefaults } from './presets.ts';
import type { Problem } from './problem.ts';
import { toInfo } from './record.ts';
import { reservedIdProblems } from './reserved-ids.ts';
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
  /** See sector.ts. */
  readonly ownLoopback?: true;
}

/** A rule that a client of the configuration breaks. */
export interface ConfiguredClientProblem extends Problem {
  readonly clientId: string;
  /** The position in the list. */
  readonly index: number;
}

type Report = (field: string, message: string) => void;

const secretsOf = (entry: ClientConfig, report: Report): Pick<LoadedClient, 'secrets' | 'clearSecrets'> => {
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
      report('secrets', `${name}: hash is not one that \`client make-secret\` prints`);
      return [];
    }
    if (recoverable && value === undefined) {
      report('secrets', `${name}: client_secret_jwt needs the value, not its hash`);
      return [];
    }
    const storedHash = hash ?? (value === undefined ? undefined : hashSecret(value));
    if (storedHash === undefined) return [];
    const expiry = expires_at === undefined ? {} : { expiresAt: Date.parse(expires_at) };
    if (recoverable && value !== undefined) clearSecrets.push({ secret: value, ...expiry });
    return [{ name, createdAt: 0, hash: storedHash, ...expiry }];
  });
  if (named.length > 0 && secrets.length === 0) return { secrets, clearSecrets };
  if (needsSecret(metadataOf(entry)) && secrets.length === 0)
    report('client_secret', 'is missing; set it, or client_secret_file');
  return { secrets, clearSecrets };
};

const metadataOf = ({ client_secret: _, secrets: __, ...named }: ClientConfig): ClientMetadata =>
  // The entry was read from YAML or JSON and checked against the schema, so every value is JSON.
  applyDefaults(named as ClientMetadata);

interface LoadedClients {
  readonly clients: ReadonlyMap<string, LoadedClient>;
  readonly problems: readonly ConfiguredClientProblem[];
}

const load = (entries: readonly ClientConfig[], grantTypes: readonly GrantType[]): LoadedClients => {
  const problems: ConfiguredClientProblem[] = [];
  const clients = new Map<string, LoadedClient>();
  for (const [index, entry] of entries.entries()) {
    const clientId = entry.client_id;
    const report: Report = (field, message) => problems.push({ clientId, index, field, message });
    const metadata = metadataOf(entry);
    for (const { field, message } of [
      ...clientProblems(metadata, 'operator', grantTypes),
      ...reservedIdProblems(clientId),
    ])
      report(field, message);
    if (clients.has(clientId)) report('client_id', 'is listed twice; remove one');
    if (clientId === accountClientId)
      report('client_id', 'is reserved for the account pages; choose another');
    const own = secretsOf(entry, report);
    clients.set(clientId, {
      record: { id: clientId, metadata, secrets: own.secrets.map(toInfo), from: 'configuration' },
      ...own,
    });
  }
  return { clients, problems };
};

/** Every rule that clients of the configuration break. With any of them, no server starts. */
export const configuredClientProblems = (
  entries: readonly ClientConfig[],
  grantTypes: readonly GrantType[],
): readonly ConfiguredClientProblem[] => load(entries, grantTypes).problems;

/** Loads the clients of the configuration. Any broken rule stops the start, and the message lists all of them. */
export const loadConfiguredClients = (
  entries: readonly ClientConfig[],
  grantTypes: readonly GrantType[],
): ReadonlyMap<string, LoadedClient> => {
  const { clients, problems } = load(entries, grantTypes);
  if (problems.length === 0) return clients;
  const lines = problems.map(({ clientId, field, message }) => `${clientId}: ${field}: ${message}`);
  throw new Failure({
    code: 'bad_configuration',
    message: `Clients of the configuration can't be registered. ${lines.join('; ')}.`,
    exit: exitCode.configuration,
  });
};
