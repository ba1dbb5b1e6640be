import { exitCode, Failure } from '../../errors.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import type { Clock } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { authenticationMethodOf, needsSecret } from './authentication-methods.ts';
import type { ClientMetadata, Clients, Registration } from './client.ts';
import { operatorOnlyNames } from './metadata-names.ts';
import { applyDefaults } from './presets.ts';
import { ClientRefused } from './problem.ts';
import type { StoredClient } from './record.ts';
import { convertSecrets } from './secret-changes.ts';
import { sectorOfStored } from './sector.ts';
import type { ClientStore } from './store.ts';
import { isLive, type StoredSecret, toStoredSecret } from './stored-secret.ts';
import { clientProblems } from './validate.ts';

interface Dependencies {
  readonly stored: ClientStore;
  readonly publishChange: (type: string, id: string) => Promise<void>;
  readonly clock: Clock;
  readonly cipher: SecretCipher | undefined;
  readonly grantTypes: readonly GrantType[];
  readonly redirectSchemes: readonly string[];
}

/** A stored hash can't verify the signatures of client_secret_jwt, so a client that changes to it needs a new secret. */
const usesJwt = (metadata: ClientMetadata): boolean =>
  authenticationMethodOf(metadata) === 'client_secret_jwt';

const operatorMetadataOf = ({ metadata }: StoredClient): Partial<ClientMetadata> =>
  Object.fromEntries(
    operatorOnlyNames.flatMap((name) => (metadata[name] === undefined ? [] : [[name, metadata[name]]])),
  );

/** A client that sends back what it read (RFC 7592 §2.2) includes operator metadata, with unchanged values. */
const omitUnchanged = (metadata: ClientMetadata, operatorMetadata: Partial<ClientMetadata>): ClientMetadata =>
  // `client_id` is no operator metadata, so it is never omitted.
  Object.fromEntries(
    Object.entries(metadata).filter(
      ([name, value]) => JSON.stringify(operatorMetadata[name]) !== JSON.stringify(value),
    ),
  ) as ClientMetadata;

const isPairwise = ({ metadata }: StoredClient): boolean => metadata['subject_type'] === 'pairwise';

/**
 * OpenID Connect Core §8.1: with its codes and tokens, a client that moved to the sector of others would learn the
 * subjects that people have there. No one asks whether a redirect URI is its own.
 */
const refuseOtherSubjects = (former: StoredClient, now: StoredClient): void => {
  const refuse = (field: string): never => {
    throw new ClientRefused([
      {
        field,
        message:
          'would change which subject identifiers this client gets for people; register another client',
      },
    ]);
  };
  if (isPairwise(former) !== isPairwise(now)) refuse('subject_type');
  if (!isPairwise(now) || sectorOfStored(former) === sectorOfStored(now)) return;
  const names = ({ metadata }: StoredClient): boolean => metadata['sector_identifier_uri'] !== undefined;
  refuse(names(former) || names(now) ? 'sector_identifier_uri' : 'redirect_uris');
};

const notRegistered = (id: string): Failure =>
  new Failure({
    code: 'client_not_found',
    message: `The client ${id} did not register itself.`,
    status: 404,
    exit: exitCode.notFound,
  });

/** Stores clients that register themselves (RFC 7591) and change their registration (RFC 7592). */
export const createRegister = ({
  stored,
  publishChange,
  clock,
  cipher,
  grantTypes,
  redirectSchemes,
}: Dependencies): Pick<Clients, 'register' | 'updateRegistration'> => {
  const checkMetadata = (client: StoredClient, metadata: ClientMetadata): void => {
    const lowersProfile = client.metadata.profile === 'fapi2' && metadata.profile !== 'fapi2';
    const problems = [
      ...clientProblems(metadata, 'client', grantTypes, redirectSchemes),
      ...(lowersProfile
        ? [{ field: 'profile', message: 'can not be lowered from fapi2; name it again' }]
        : []),
    ];
    if (problems.length > 0) throw new ClientRefused(problems);
  };

  const needsNewSecret = (client: StoredClient, metadata: ClientMetadata): boolean =>
    needsSecret(metadata) &&
    (usesJwt(client.metadata) !== usesJwt(metadata) ||
      !client.secrets.some((secret) => isLive(secret, clock.now())));

  const newSecret = (
    metadata: ClientMetadata,
    { value, expiresAt }: NonNullable<Registration['secret']>,
  ): StoredSecret =>
    toStoredSecret({
      id: metadata.client_id,
      info: {
        name: 'registration',
        createdAt: clock.now(),
        ...(expiresAt !== undefined && { expiresAt }),
      },
      secret: value,
      method: authenticationMethodOf(metadata),
      cipher,
    });

  /**
   * The record after the registration. Everything is computed from the record that the commit replaces. A record that
   * was read earlier could bring back a mark or a secret that an operator has removed since.
   */
  const apply = (
    client: StoredClient,
    { metadata: given, secret }: Registration,
  ): { readonly next: StoredClient; readonly usesSecret: boolean } => {
    const metadata = applyDefaults(given);
    const operatorMetadata = operatorMetadataOf(client);
    const clientMetadata = omitUnchanged(metadata, operatorMetadata);
    checkMetadata(client, clientMetadata);
    const next = { ...client, metadata: { ...clientMetadata, ...operatorMetadata } };
    if (secret !== undefined && needsNewSecret(client, metadata))
      return { next: { ...next, secrets: [newSecret(metadata, secret)] }, usesSecret: true };
    return { next: { ...next, secrets: convertSecrets(next, cipher) }, usesSecret: false };
  };

  return {
    async register(registration) {
      const id = registration.metadata.client_id;
      const now = clock.now();
      // No former metadata is passed: any operator metadata in the registration is a change, and refused.
      const empty = { id, metadata: { client_id: id }, secrets: [], createdAt: now, updatedAt: now } as const;
      const { next, usesSecret } = apply({ ...empty, from: 'registration' }, registration);
      await stored.insert({ ...next, ownLoopback: true }, registration.writes);
      await publishChange('client.registered', id);
      return { usesSecret };
    },
    async updateRegistration(registration) {
      const { metadata, writes } = registration;
      const id = metadata.client_id;
      let usesSecret = false;
      await stored.change(
        id,
        (client) => {
          if (client.from !== 'registration') throw notRegistered(id);
          const applied = apply(client, registration);
          refuseOtherSubjects(client, applied.next);
          usesSecret = applied.usesSecret;
          return applied.next;
        },
        writes,
      );
      await publishChange('client.updated', id);
      return { usesSecret };
    },
  };
};
