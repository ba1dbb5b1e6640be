import { newId } from '#src/store/new-id.ts';
import type { Clock } from '#src/store/port.ts';
import type { AddAccount } from './account.ts';
import { checkClaims, mergeClaims } from './claims.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Passwords } from './password/passwords.ts';
import type { AccountRecord } from './record.ts';
import { nameTaken } from './store.ts';
import { acceptUsername } from './username.ts';

interface Dependencies {
  readonly passwords: Passwords;
  readonly configured: ConfiguredAccounts;
  readonly clock: Clock;
}

/** Checks everything about a new account before its password is hashed. */
export const createNewAccountRecord =
  ({ passwords, configured, clock }: Dependencies) =>
  async (account: AddAccount): Promise<AccountRecord> => {
    const { username, password, passwordHash, claims = {}, demo } = account;
    const name = acceptUsername(username);
    checkClaims(claims);
    if (password !== undefined) passwords.checkNew(password);
    if (passwordHash !== undefined) passwords.checkImported(passwordHash);
    if (configured.byName(name) !== undefined) throw nameTaken(name);
    const hash = password === undefined ? passwordHash : await passwords.hash(password);
    const now = clock.now();
    return {
      id: newId(16),
      username: name,
      enabled: true,
      claims: mergeClaims({}, claims),
      ...(hash === undefined ? {} : { hash }),
      createdAt: now,
      updatedAt: now,
      ...(demo === undefined ? {} : { demo }),
    };
  };
