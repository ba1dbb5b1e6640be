import type { Account } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import type { AddressGivenBy, FormerAddress } from './contract.ts';
import type { AccountRecord } from './record.ts';
import { foldUsername } from './username.ts';

/**
 * Which former addresses of an account may come back, by the link of the notice about the change. A thief who has
 * changed the address reads mail at a former address as soon as they change it again. So an address comes back only when
 * the account had it for a while, and not once the account was repaired: an operator has set the address, a recovery
 * link was used, or an earlier address has come back.
 */

const day = 86_400_000;

/** How long an address may come back. So long, one that was set is too new to come back itself. */
export const addressReturnsForMs = 7 * day;
/** How long an account knows its former addresses, so that one that is set again voids the later ones. */
const rememberedForMs = 30 * day;

/** Where addresses are names to sign in by, a user name that is the verified address changes with it. */
export const followsAddress = (
  { username, claims }: Pick<Account, 'username' | 'claims'>,
  withEmail: boolean,
): boolean => withEmail && verifiedEmailOf(claims) === foldUsername(username);

export const isRestorable = (
  { formerAddresses = [] }: Pick<Account, 'formerAddresses'>,
  { email, changedAt }: FormerAddress,
): boolean => formerAddresses.some((former) => former.email === email && former.changedAt === changedAt);

interface Change {
  readonly givenBy: AddressGivenBy;
  readonly now: number;
}

type History = Pick<AccountRecord, 'formerAddresses' | 'addressChangedAt'>;

const historyAfter = (
  before: AccountRecord,
  address: string | undefined,
  { givenBy, now }: Change,
): History => {
  const left = verifiedEmailOf(before.claims);
  const { formerAddresses = [], addressChangedAt } = before;
  // The first verified address of an account has taken the place of none.
  if (givenBy === 'operator' || (left === undefined && addressChangedAt === undefined)) return {};
  const remembered = formerAddresses.filter(({ changedAt }) => changedAt > now - rememberedForMs);
  const addresses = remembered.map(({ email }) => foldUsername(email));
  const returned = addresses.indexOf(address ?? '');
  if (returned !== -1) return { formerAddresses: remembered.slice(0, returned + 1), addressChangedAt: now };
  const hasReturned = addresses.at(-1) === left;
  const isOld = addressChangedAt === undefined || now - addressChangedAt >= addressReturnsForMs;
  const email = before.claims['email'];
  // An upstream sends no notice.
  if (givenBy === 'upstream' || typeof email !== 'string' || left === undefined || !(isOld || hasReturned))
    return { formerAddresses: remembered, addressChangedAt: now };
  const earlier = hasReturned ? remembered.slice(0, -1) : remembered;
  return { formerAddresses: [...earlier, { email, changedAt: now }], addressChangedAt: now };
};

/** The record after a change of its claims, with what is known of the former addresses. */
export const rememberAddress = (
  before: AccountRecord,
  after: AccountRecord,
  change: Change,
): AccountRecord => {
  const address = verifiedEmailOf(after.claims);
  if (verifiedEmailOf(before.claims) === address) return after;
  const { formerAddresses: _, addressChangedAt: __, ...others } = after;
  return { ...others, ...historyAfter(before, address, change) };
};

/**
 * The account after the use of a recovery link. Its former addresses are known, and none of them may come back. Nor may
 * the present one, which may be that of another person, unless the account had it all the time.
 */
export const voidFormerAddresses = (record: AccountRecord, now: number): AccountRecord =>
  record.formerAddresses === undefined
    ? record
    : {
        ...record,
        formerAddresses: record.formerAddresses.map((former) => ({ ...former, isVoid: true })),
        addressChangedAt: now,
      };

interface Restoration {
  readonly former: FormerAddress;
  readonly now: number;
  readonly withEmail: boolean;
}

export const withFormerAddress = (
  record: AccountRecord,
  { former: { email }, now, withEmail }: Restoration,
): AccountRecord =>
  rememberAddress(
    record,
    {
      ...record,
      ...(followsAddress(record, withEmail) && { username: email }),
      claims: { ...record.claims, email, email_verified: true },
    },
    { givenBy: 'person', now },
  );
