/**
 * Owns local accounts with their claims and passwords. Accounts of the configuration come first, then those of the
 * store. It owns neither sessions and pages (sign-in), nor the limits on password attempts (throttle), nor which claims
 * a scope releases (provider).
 *
 * record.ts has the stored form of an account, store.ts reads and writes it, configured.ts has the accounts of the
 * configuration, accounts.ts combines both, and password/ hashes and verifies.
 */
export type {
  Account,
  Accounts,
  AddAccount,
  Claims,
  GroupChange,
  ImportAccount,
  Importer,
  Requirement,
} from './account.ts';
export { createAccounts, namesOfService } from './accounts.ts';
export { configuredAccountProblems } from './configured.ts';
export { createPasswords } from './password/passwords.ts';
export { isSignInCurrent } from './sign-in-time.ts';
export { foldUsername } from './username.ts';
