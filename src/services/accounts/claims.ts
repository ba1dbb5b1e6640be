import { serverClaims } from '#config';
import { displayNameRule, isDisplayName } from '../../display-name.ts';
import { exitCode, Failure } from '../../errors.ts';
import { isPlainAddress } from '../../mail-address.ts';
import { standardClaims } from '../../provider/claims/standard-claims.ts';
import type { Claims, Json } from './account.ts';
import { foldUsername } from './username.ts';

const booleanClaims = new Set(['email_verified', 'phone_number_verified']);
const textClaims = new Set<string>(
  [...standardClaims.profile, 'email', 'phone_number'].filter((name) => name !== 'updated_at'),
);

const maxClaimsBytes = 16 * 1024;

const refuse = (message: string): Failure =>
  new Failure({ code: 'claim_invalid', message, status: 422, exit: exitCode.usage });

const isMap = (value: Json): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The claims by which people and applications call a person. */
const nameClaims = ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username'];

/** Names that were accepted by former rules stay as they are: only a new one is checked. */
export const checkNameClaims = (claims: Claims, former: Claims = {}): void => {
  for (const claim of nameClaims) {
    const name = claims[claim];
    if (typeof name !== 'string' || name === '' || name === former[claim] || isDisplayName(name)) continue;
    throw refuse(`The claim \`${claim}\` ${displayNameRule}.`);
  }
};

/** An address that was accepted by former rules stays as it is, as a name does. */
export const checkEmailClaim = ({ email }: Claims, former: Claims = {}): void => {
  if (typeof email !== 'string' || email === former['email'] || isPlainAddress(email)) return;
  throw refuse(
    'The claim `email` has letters in a form of their own, such as full-width letters: write it in plain letters (NFKC).',
  );
};

/**
 * Groups are memberships. A claim of that name, from before there were groups, stays until `group import-claims` has moved
 * it; no account gets one, or another value of it.
 */
export const checkGroupsClaim = ({ groups }: Claims, former: Claims = {}): void => {
  if (groups === undefined || JSON.stringify(groups) === JSON.stringify(former['groups'])) return;
  throw refuse(
    'The claim `groups` comes from the groups that the account is in: give its `groups`, or use `group add-member`.',
  );
};

export const checkClaims = (claims: Claims): void => {
  for (const [name, value] of Object.entries(claims)) {
    if (serverClaims.has(name)) throw refuse(`The claim \`${name}\` is set by the server; leave it out.`);
    if (textClaims.has(name) && typeof value !== 'string')
      throw refuse(`The claim \`${name}\` must be a text.`);
    if (booleanClaims.has(name) && typeof value !== 'boolean') {
      throw refuse(`The claim \`${name}\` must be true or false.`);
    }
    if (name === 'updated_at' && !Number.isSafeInteger(value)) {
      throw refuse('The claim `updated_at` must be whole seconds since the epoch.');
    }
    if (name === 'address' && !isMap(value)) throw refuse('The claim `address` must be a map of its parts.');
  }
  if (Buffer.byteLength(JSON.stringify(claims)) > maxClaimsBytes) {
    throw refuse(`The claims of one account may have ${maxClaimsBytes} bytes at most.`);
  }
};

/** `null` removes a claim. */
export const mergeClaims = (claims: Claims, changes: Claims): Claims =>
  Object.fromEntries(Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== null));

/** Names of a person that a password must not consist of. */
export const namesOf = (username: string, claims: Claims): readonly string[] => [
  username,
  ...['email', 'name', 'given_name', 'family_name', 'nickname', 'preferred_username'].flatMap((claim) => {
    const value = claims[claim];
    return typeof value === 'string' ? [value] : [];
  }),
];

/** The address that the account has verified, folded like a user name. */
export const verifiedEmailOf = ({ email, email_verified: isVerified }: Claims): string | undefined =>
  isVerified === true && typeof email === 'string' ? foldUsername(email) : undefined;
