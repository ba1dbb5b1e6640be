import type { Account } from './account.ts';

/**
 * What makes a device or an address known to an account: the account itself rather than its name, and only until it gets a
 * new password or everything that is signed in is ended. Then it is another text, so what a thief has is worth nothing.
 */
export const deviceBindingOf = ({
  id,
  passwordChangedAt = 0,
  signedOutAt = 0,
  configuredPassword = '',
}: Account): string => JSON.stringify([id, Math.max(passwordChangedAt, signedOutAt), configuredPassword]);
