import { exitCode, Failure } from '#src/errors.ts';
import type { Clock } from '#src/store/port.ts';
import type { ClientMetadata, ClientRecord, Clients, NewSecret, SecretCipher } from './client.ts';
import { ClientRefused } from './problem.ts';
import type { StoredClient } from './record.ts';
import {
  encryptionContext,
  hashSecret,
  isLive,
  randomSecret,
  type StoredSecret,
  toStoredSecret,
} from './stored-secret.ts';

/** So many may be accepted at once: each costs one hash of every request. */
const maxSecrets = 5;
const defaultOverlapSeconds = 24 * 60 * 60;

interface Dependencies {
  readonly change: (
    id: string,
    type: string,
    next: (client: StoredClient) => StoredClient,
  ) => Promise<ClientRecord>;
  readonly clock: Clock;
  readonly box: SecretCipher | undefined;
}

export const authenticationMethodOf = (metadata: ClientMetadata): string =>
  metadata.token_endpoint_auth_method ?? 'client_secret_basic';

export const needsSecret = (metadata: ClientMetadata): boolean =>
  authenticationMethodOf(metadata).startsWith('client_secret_');

/** After a change of the method: nothing readable stays that need not be, and nothing unusable. */
export const convertSecrets = (
  client: StoredClient,
  box: SecretCipher | undefined,
): readonly StoredSecret[] => {
  if (!needsSecret(client.metadata)) return [];
  if (authenticationMethodOf(client.metadata) === 'client_secret_jwt')
    return client.secrets.filter((kept) => 'sealed' in kept);
  return client.secrets.flatMap((kept): StoredSecret[] => {
    if ('hash' in kept) return [kept];
    const { sealed, ...info } = kept;
    return box === undefined
      ? []
      : [{ ...info, hash: hashSecret(box.decrypt(sealed, encryptionContext(client.id))) }];
  });
};

const refuse = (code: string, message: string, exit: 3 | 4): Failure =>
  new Failure({ code, message, status: exit === exitCode.notFound ? 404 : 409, exit });

export const createSecretChanges = ({
  change,
  clock,
  box,
}: Dependencies): Pick<Clients, 'addSecret' | 'removeSecret' | 'rotateSecret'> => {
  const put = async (
    id: string,
    { name, expiresAt }: { readonly name: string; readonly expiresAt?: number },
    former: (secrets: readonly StoredSecret[], now: number) => readonly StoredSecret[],
  ): Promise<NewSecret> => {
    const expiry = expiresAt === undefined ? {} : { expiresAt };
    const secret = randomSecret();
    await change(id, 'client.secret_added', (client) => {
      const now = clock.now();
      if (!needsSecret(client.metadata)) {
        const method = authenticationMethodOf(client.metadata);
        throw new ClientRefused([{ field: 'client_secret', message: `is of no use with ${method}` }]);
      }
      if (expiresAt !== undefined && expiresAt <= now) {
        throw new ClientRefused([{ field: 'client_secret', message: 'would have expired already' }]);
      }
      const live = former(client.secrets, now).filter((kept) => isLive(kept, now));
      if (live.some((kept) => kept.name === name)) {
        throw refuse(
          'secret_exists',
          `The client has a secret named ${name} already; choose another name.`,
          4,
        );
      }
      if (live.length >= maxSecrets) {
        throw refuse('secrets_too_many', `A client may have ${maxSecrets} secrets; remove one first.`, 4);
      }
      const kept = toStoredSecret({
        id,
        info: { name, createdAt: now, ...expiry },
        secret,
        method: authenticationMethodOf(client.metadata),
        box,
      });
      return { ...client, secrets: [kept, ...live] };
    });
    return { name, secret, ...expiry };
  };

  return {
    async addSecret(id, options) {
      if (!/^[\w.-]{1,64}$/.test(options.name)) {
        throw new ClientRefused([
          {
            field: 'client_secret',
            message: 'the name has 1 to 64 letters, digits, dots, dashes and underscores',
          },
        ]);
      }
      return put(id, options, (secrets) => secrets);
    },
    async removeSecret(id, name) {
      await change(id, 'client.secret_removed', (client) => {
        const secrets = client.secrets.filter((kept) => kept.name !== name);
        if (secrets.length < client.secrets.length) return { ...client, secrets };
        throw refuse('secret_not_found', `The client has no secret named ${name}.`, 3);
      });
    },
    async rotateSecret(id, { overlapSeconds = defaultOverlapSeconds } = {}) {
      const name = `rotated-${new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '').toLowerCase()}`;
      return put(id, { name }, (secrets, now) => {
        const end = now + overlapSeconds * 1000;
        return secrets.map((kept) => ({ ...kept, expiresAt: Math.min(kept.expiresAt ?? end, end) }));
      });
    },
  };
};
