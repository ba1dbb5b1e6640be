/**
 * Local accounts: who they are, their claims, their passwords. From the configuration first, then from the store.
 * Not here: sessions and pages (sign-in), how often a password may be tried (throttle), what a scope releases (provider).
 */
export type { Account, Accounts, AddAccount, Claims } from './account.ts';
export { createAccounts } from './accounts.ts';
export { createPasswords } from './password/passwords.ts';
export { foldUsername } from './username.ts';
