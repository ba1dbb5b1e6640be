import { exitCode, Failure } from '../../errors.ts';
import type { Claims } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { AccountStore } from './store.ts';
import { foldUsername } from './username.ts';

interface Named {
  readonly username: string;
  readonly claims: Claims;
}

interface Dependencies {
  readonly configured: Pick<ConfiguredAccounts, 'byName'>;
  readonly stored: Pick<AccountStore, 'byName'>;
}

/** Throws when the account would have the name of another one as its `preferred_username`. */
export type CheckPreferredUsername = (account: Named, id?: string) => Promise<void>;

export const preferredUsernameTaken = (name: string): Failure =>
  new Failure({
    code: 'claim_invalid',
    message: `The claim \`preferred_username\` is ${name}, by which another account signs in; choose another one.`,
    status: 422,
    exit: exitCode.usage,
  });

/** The claim, where it is neither the user name of the account nor its verified address, folded. */
export const ownPreferredUsername = ({ username, claims }: Named): string | undefined => {
  const claim = claims['preferred_username'];
  const folded = typeof claim === 'string' ? foldUsername(claim) : undefined;
  return folded === foldUsername(username) || folded === verifiedEmailOf(claims) ? undefined : folded;
};

/** Applications identify people by this claim: with the name of another account, one would be taken for the other. */
export const createCheckPreferredUsername =
  ({ configured, stored }: Dependencies): CheckPreferredUsername =>
  async (account, id) => {
    const name = ownPreferredUsername(account);
    if (name === undefined) return;
    const owner = configured.byName(name)?.id ?? (await stored.byName(name))?.record.id;
    if (owner !== undefined && owner !== id) throw preferredUsernameTaken(name);
  };
