import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts } from './contract.ts';
import { nameTaken, preferredUsernameOf, preferredUsernameTaken } from './sign-in-names.ts';
import type { AccountStore } from './store.ts';
import { foldUsername } from './username.ts';

interface Dependencies {
  readonly configured: Pick<ConfiguredAccounts, 'holderOf'>;
  readonly stored: Pick<AccountStore, 'refuseTaken'>;
}

/** Checks the names of an account that is made later. The commit that makes it decides. */
export const createCheckNames =
  ({ configured, stored }: Dependencies): Accounts['checkNames'] =>
  async ({ username, claims = {} }) => {
    const account = { id: '', username: username ?? '', claims };
    const preferred = preferredUsernameOf(account);
    if (username !== undefined && configured.holderOf(username)) throw nameTaken(username);
    if (preferred !== undefined && configured.holderOf(preferred)) throw preferredUsernameTaken(preferred);
    const names = [username && foldUsername(username), preferred].filter((name) => name !== undefined);
    await stored.refuseTaken(account, names);
  };
