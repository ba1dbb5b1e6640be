import { Failure } from '../../errors.ts';
import type { SecretCipher } from '../keys/index.ts';

interface Pending {
  readonly account: string;
  readonly place: string;
}

/** A sign-in may take as long at most. */
const lifetimeMs = 60 * 60_000;

const contextOf = ({ account, place }: Pending): string =>
  JSON.stringify(['new authenticator', account, place]);

/**
 * The secret of an app that isn't added yet, for a hidden field. Nothing needs to be stored, and the page that is shown
 * again after a wrong code has the same QR code.
 */
export const sealPending = (
  cipher: SecretCipher,
  { secret, at, ...pending }: Pending & { readonly secret: Buffer; readonly at: number },
): string => cipher.encrypt(`${at} ${secret.toString('base64url')}`, contextOf(pending));

/** Undefined for a form that is too old, changed, or made for another account or at another place. */
export const openPending = (
  cipher: SecretCipher,
  { pending, now, ...of }: Pending & { readonly pending: string; readonly now: number },
): Buffer | undefined => {
  try {
    const [at, secret = ''] = cipher.decrypt(pending, contextOf(of)).split(' ');
    return now - Number(at) > lifetimeMs ? undefined : Buffer.from(secret, 'base64url');
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
};
