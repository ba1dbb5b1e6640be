import type { Account } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import type { FormerAddress } from './contract.ts';
import type { AccountRecord } from './record.ts';
import { foldUsername } from './username.ts';

/** Where addresses are names to sign in by, a user name that is the verified address changes with it. */
export const followsAddress = (
  { username, claims }: Pick<Account, 'username' | 'claims'>,
  withEmail: boolean,
): boolean => withEmail && verifiedEmailOf(claims) === foldUsername(username);

/**
 * Whether a former address of this time can come back. One that was set after an address that came back, and before it
 * did, belongs to the person who had taken the account over.
 */
export const isRestorable = (
  { addressRestored }: Pick<Account, 'addressRestored'>,
  changedAt: number,
): boolean => !addressRestored || changedAt <= addressRestored.changedAt || changedAt >= addressRestored.at;

interface Restoration {
  readonly former: FormerAddress;
  readonly now: number;
  readonly withEmail: boolean;
}

export const withFormerAddress = (
  record: AccountRecord,
  { former: { email, changedAt }, now, withEmail }: Restoration,
): AccountRecord => ({
  ...record,
  ...(followsAddress(record, withEmail) && { username: email }),
  claims: { ...record.claims, email, email_verified: true },
  addressRestored: {
    changedAt: Math.min(changedAt, record.addressRestored?.changedAt ?? changedAt),
    at: now,
  },
});
