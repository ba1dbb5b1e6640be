import { createHmac, hash as digestOf, randomBytes, timingSafeEqual } from 'node:crypto';
import { exitCode, Failure } from '../../errors.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { SecretInfo } from './client.ts';

/** A salted hash. For `client_secret_jwt` it is the encrypted text (`sealed`), because its HMAC needs the secret. */
export type StoredSecret = SecretInfo & ({ readonly hash: string } | { readonly sealed: string });

const minLength = 32;

/** 256 random bits can't be guessed, so a fast hash is enough. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

const tagOf = (secret: string, salt: string): Buffer =>
  createHmac('sha256', Buffer.from(salt, 'base64url')).update(secret).digest();

export const hashSecret = (secret: string): string => {
  const salt = randomBytes(16).toString('base64url');
  return `hmac-sha256$${salt}$${tagOf(secret, salt).toString('base64url')}`;
};

export const makeClientSecret = (): { readonly secret: string; readonly hash: string } => {
  const secret = randomSecret();
  return { secret, hash: hashSecret(secret) };
};

const hashPattern = /^hmac-sha256\$([\w-]{16,86})\$([\w-]{43})$/;

export const isSecretHash = (hash: string): boolean => hashPattern.test(hash);

export const matchesHash = (hash: string, secret: string): boolean => {
  const [, salt, tag] = hashPattern.exec(hash) ?? [];
  return (
    salt !== undefined &&
    tag !== undefined &&
    timingSafeEqual(tagOf(secret, salt), Buffer.from(tag, 'base64url'))
  );
};

/** Compares hashes, so the time shows neither length nor content. */
export const sameText = (one: string, other: string): boolean => {
  const salt = randomBytes(16).toString('base64url');
  return timingSafeEqual(tagOf(one, salt), tagOf(other, salt));
};

export const checkChosenSecret = (secret: string): void => {
  if (secret.length >= minLength && secret.length <= 256 && /^[\x21-\x7e]+$/.test(secret)) return;
  throw new Failure({
    code: 'secret_weak',
    message: `A chosen client secret needs ${minLength} to 256 visible ASCII characters; leave it out to get a random one.`,
    status: 422,
    exit: exitCode.usage,
  });
};

export const isLive = ({ expiresAt }: Pick<SecretInfo, 'expiresAt'>, now: number): boolean =>
  expiresAt === undefined || expiresAt > now;

/** Binds an encrypted secret to its client, so it can't be moved to another one. */
export const encryptionContext = (id: string): string => `client secret ${id}`;

interface SecretToStore {
  readonly id: string;
  readonly info: SecretInfo;
  readonly secret: string;
  /** `token_endpoint_auth_method` of the client. */
  readonly method: string;
  readonly cipher: SecretCipher | undefined;
}

export const toStoredSecret = ({ id, info, secret, method, cipher }: SecretToStore): StoredSecret => {
  if (method !== 'client_secret_jwt') return { ...info, hash: hashSecret(secret) };
  if (cipher === undefined) {
    throw new Failure({
      code: 'secret_box_missing',
      message:
        'A client_secret_jwt client needs its secret encrypted at rest: set security.key_encryption_key, or use private_key_jwt.',
      exit: exitCode.configuration,
    });
  }
  return { ...info, sealed: cipher.encrypt(secret, encryptionContext(id)) };
};

/**
 * Caches which secret was verified for a stored secret, as a digest with a random key of this process. The next request
 * costs one hash instead of an HMAC. An entry disappears with the stored secret.
 */
export const rememberVerified = <Stored extends object>(
  verify: (stored: Stored, given: string) => boolean,
): ((stored: Stored, given: string) => boolean) => {
  const key = randomBytes(32).toString('base64url');
  const verified = new WeakMap<Stored, string>();
  return (stored, given) => {
    const digest = digestOf('sha256', key + given, 'hex');
    // Without the key a caller can't predict a digest, so the time of this comparison shows nothing about the secret.
    if (verified.get(stored) === digest) return true;
    if (!verify(stored, given)) return false;
    verified.set(stored, digest);
    return true;
  };
};
