import type { Clock } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import { toBase32 } from './base32.ts';
import type { NewAuthenticator } from './factor.ts';
import { keyUri } from './key-uri.ts';
import { openPending, sealPending } from './pending.ts';
import type { AuthenticatorRecord } from './record.ts';

/** The secrets of authenticator apps, encrypted in the store and in the form that adds an app. */
export interface AppSecrets {
  encrypt(account: Account, id: string, secret: Buffer): string;
  of(account: Account, authenticator: AuthenticatorRecord): Buffer;
  /** What the form of a new app has. */
  describe(account: Account, place: string, secret: Buffer): NewAuthenticator;
  /** The secret of a form. Undefined when the form is too old or from another place. */
  open(account: Account, place: string, pending: string): Buffer | undefined;
}

interface Dependencies {
  readonly clock: Clock;
  readonly cipher: SecretCipher;
  /** The name that apps show beside the name of the account. */
  readonly issuer: string;
}

const contextOf = (account: string, id: string): string => `authenticator ${account} ${id}`;

export const createAppSecrets = ({ clock, cipher, issuer }: Dependencies): AppSecrets => ({
  encrypt: (account, id, secret) => cipher.encrypt(secret.toString('base64url'), contextOf(account.id, id)),
  of: (account, { id, secret }) =>
    Buffer.from(cipher.decrypt(secret, contextOf(account.id, id)), 'base64url'),
  describe: (account, place, secret) => ({
    pending: sealPending(cipher, { account: account.id, place, secret, at: clock.now() }),
    secret: (toBase32(secret).match(/.{1,4}/g) ?? []).join(' '),
    uri: keyUri(secret, { issuer, account: account.username }),
  }),
  open: (account, place, pending) =>
    openPending(cipher, { account: account.id, place, pending, now: clock.now() }),
});
