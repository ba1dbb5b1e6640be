/**
 * Owns local accounts with their claims and passwords. Accounts of the configuration come first, then those of the
 * store. It owns neither sessions and pages (sign-in), nor the limits on password attempts (throttle), nor which claims
 * a scope releases (provider).
 *
 * account.ts says what an account is, and contract.ts what the service does. record.ts has the stored form, store.ts
 * reads and writes it, name-reservations.ts gives each name to one account and keeps those that an account leaves
 * (name-record.ts), configured.ts has the accounts of the configuration, and password/ hashes and verifies. Each subject
 * of the service has a file: lookup.ts finds one account, lists.ts lists many, add.ts adds, update.ts and set-password.ts
 * change, status.ts enables, disables and removes. accounts.ts puts them together.
 */
export type { Account, Claims, FactorKind, Json, Requirement } from './account.ts';
export { createAccounts, namesOfService } from './accounts.ts';
export { verifiedEmailOf } from './claims.ts';
export { configuredAccountProblems } from './configured.ts';
export type {
  Accounts,
  AddAccount,
  ChangeAccount,
  FormerAddress,
  GroupChange,
  ImportAccount,
  Importer,
  SignInName,
} from './contract.ts';
export { deviceBindingOf } from './device-binding.ts';
export { addressReturnsForMs, followsAddress, isRestorable } from './former-address.ts';
export { createHasAccount } from './has-account.ts';
export { isSignInCurrent } from './lookup.ts';
export { AmbiguousAccount, exactNameOf, idIn } from './named-account.ts';
export { isAddressForUsername } from './new-username.ts';
export { createPasswords, hashProblem } from './password/passwords.ts';
export { isProofCurrent } from './proof-time.ts';
export { factorsKey } from './record.ts';
export { ifStillSignedIn, isSignInEnded, keepingSignIn } from './still-signed-in.ts';
export { foldUsername } from './username.ts';
