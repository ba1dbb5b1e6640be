import type { Claims } from './account.ts';
import type { ConfiguredAccounts } from './configured.ts';
import { preferredUsernameOf, preferredUsernameTaken } from './sign-in-names.ts';
import type { AccountStore } from './store.ts';

interface Named {
  readonly username: string;
  readonly claims: Claims;
}

interface Dependencies {
  readonly configured: Pick<ConfiguredAccounts, 'holderOf'>;
  readonly stored: Pick<AccountStore, 'refuseTaken'>;
}

/**
 * Throws when the account would have the name of another one as its `preferred_username`. The commit decides; this
 * refuses it before a password is hashed.
 */
export type CheckPreferredUsername = (account: Named, id: string) => Promise<void>;

/** Applications identify people by this claim: with the name of another account, one would be taken for the other. */
export const createCheckPreferredUsername =
  ({ configured, stored }: Dependencies): CheckPreferredUsername =>
  async (account, id) => {
    const name = preferredUsernameOf(account);
    if (name === undefined) return;
    if (configured.holderOf(name) !== undefined) throw preferredUsernameTaken(name);
    await stored.refuseTaken({ ...account, id }, [name]);
  };
