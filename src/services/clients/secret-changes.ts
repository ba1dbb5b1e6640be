import { exitCode, Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { authenticationMethodOf, needsSecret } from './authentication-methods.ts';
import type { ClientConditions, ClientRecord, Clients, NewSecret } from './client.ts';
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

/** How many secrets a client may have. Each costs one hash per request. */
const maxSecrets = 5;
const defaultOverlapSeconds = 24 * 60 * 60;

interface Dependencies {
  readonly change: (
    id: string,
    type: string,
    next: (client: StoredClient) => StoredClient,
    options?: ClientConditions,
  ) => Promise<ClientRecord>;
  readonly clock: Clock;
  readonly cipher: SecretCipher | undefined;
}

/**
 * Fits the secrets to another authentication method. Encrypted secrets become hashes, unless the new method needs their
 * text. Secrets that the new method can't use are dropped.
 */
export const convertSecrets = (
  client: StoredClient,
  cipher: SecretCipher | undefined,
): readonly StoredSecret[] => {
  if (!needsSecret(client.metadata)) return [];
  if (authenticationMethodOf(client.metadata) === 'client_secret_jwt')
    return client.secrets.filter((secret) => 'sealed' in secret);
  return client.secrets.flatMap((secret): StoredSecret[] => {
    if ('hash' in secret) return [secret];
    const { sealed, ...info } = secret;
    return cipher === undefined
      ? []
      : [{ ...info, hash: hashSecret(cipher.decrypt(sealed, encryptionContext(client.id))) }];
  });
};

const refuse = (code: string, message: string, exit: 3 | 4): Failure =>
  new Failure({ code, message, status: exit === exitCode.notFound ? 404 : 409, exit });

export const createSecretChanges = ({
  change,
  clock,
  cipher,
}: Dependencies): Pick<Clients, 'addSecret' | 'removeSecret' | 'rotateSecret'> => {
  const addNewSecret = async (
    id: string,
    {
      name,
      expiresAt,
      ...conditions
    }: { readonly name: string; readonly expiresAt?: number } & ClientConditions,
    keep: (secrets: readonly StoredSecret[], now: number) => readonly StoredSecret[],
  ): Promise<NewSecret> => {
    const expiry = expiresAt === undefined ? {} : { expiresAt };
    const secret = randomSecret();
    const withSecret = (client: StoredClient): StoredClient => {
      const now = clock.now();
      if (!needsSecret(client.metadata)) {
        const method = authenticationMethodOf(client.metadata);
        throw new ClientRefused([{ field: 'client_secret', message: `is of no use with ${method}` }]);
      }
      // This also refuses what is no time.
      if (expiresAt !== undefined && !(expiresAt > now)) {
        throw new ClientRefused([{ field: 'client_secret', message: 'would have expired already' }]);
      }
      const live = keep(client.secrets, now).filter((secret) => isLive(secret, now));
      if (live.some((existing) => existing.name === name)) {
        throw refuse(
          'secret_exists',
          `The client has a secret named ${name} already; choose another name.`,
          4,
        );
      }
      if (live.length >= maxSecrets) {
        throw refuse('secrets_too_many', `A client may have ${maxSecrets} secrets; remove one first.`, 4);
      }
      const added = toStoredSecret({
        id,
        info: { name, createdAt: now, ...expiry },
        secret,
        method: authenticationMethodOf(client.metadata),
        cipher,
      });
      return { ...client, secrets: [added, ...live] };
    };
    await change(id, 'client.secret_added', withSecret, conditions);
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
      return addNewSecret(id, options, (secrets) => secrets);
    },
    async removeSecret(id, name, options) {
      const withoutSecret = (client: StoredClient): StoredClient => {
        const secrets = client.secrets.filter((secret) => secret.name !== name);
        if (secrets.length < client.secrets.length) return { ...client, secrets };
        throw refuse('secret_not_found', `The client has no secret named ${name}.`, 3);
      };
      await change(id, 'client.secret_removed', withoutSecret, options);
    },
    async rotateSecret(id, { overlapSeconds = defaultOverlapSeconds, ...conditions } = {}) {
      const name = `rotated-${new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '').toLowerCase()}`;
      return addNewSecret(id, { name, ...conditions }, (secrets, now) => {
        const end = now + overlapSeconds * 1000;
        return secrets.map((secret) => ({ ...secret, expiresAt: Math.min(secret.expiresAt ?? end, end) }));
      });
    },
  };
};
