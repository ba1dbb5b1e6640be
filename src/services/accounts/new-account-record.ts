import { newId } from '../../store/new-id.ts';
import type { Clock } from '../../store/port.ts';
import { normalizeGroups } from '../groups/index.ts';
import {
  checkClaims,
  checkEmailClaim,
  checkGroupsClaim,
  checkNameClaims,
  mergeClaims,
  namesOf,
  verifiedEmailOf,
} from './claims.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts, AddAccount } from './contract.ts';
import { changeByUpstream } from './group-sources.ts';
import { acceptUsername } from './new-username.ts';
import type { Passwords } from './password/passwords.ts';
import type { CheckPreferredUsername } from './preferred-username.ts';
import type { AccountRecord } from './record.ts';
import { checkAtSign, emailTaken, nameTaken } from './sign-in-names.ts';

interface Dependencies {
  readonly passwords: Passwords;
  readonly configured: ConfiguredAccounts;
  readonly clock: Clock;
  /** Verified addresses are names to sign in by. */
  readonly withEmail: boolean;
  /** What the service is called. */
  readonly service: readonly string[];
  readonly checkPreferredUsername: CheckPreferredUsername;
  readonly checkNames: Accounts['checkNames'];
}

interface NewRecordOptions {
  /** Whose turn the hash of the password takes. Default: the new account. */
  readonly hashFor?: string | undefined;
  /** The account is no repetition of one that exists, so a name that is taken costs no hash. */
  readonly isAdded?: boolean;
}

export type NewRecord = (account: AddAccount, options?: NewRecordOptions) => Promise<AccountRecord>;

/** Checks a new account without a look at those that exist, and returns its user name. */
export const createNewAccountCheck =
  ({ passwords, service, withEmail }: Pick<Dependencies, 'passwords' | 'service' | 'withEmail'>) =>
  ({ username, password, passwordHash, claims = {}, nameGivenBy = 'operator' }: AddAccount): string => {
    const name = acceptUsername(username, { givenBy: nameGivenBy, service, email: verifiedEmailOf(claims) });
    checkClaims(claims);
    checkNameClaims(claims);
    checkEmailClaim(claims);
    checkGroupsClaim(mergeClaims({}, claims));
    // An operator who looks for an address must not find a person who chose it.
    checkAtSign({ username: name, claims }, withEmail || nameGivenBy === 'person');
    if (password !== undefined) passwords.checkNew(password, namesOf(name, claims));
    if (passwordHash !== undefined) passwords.checkImported(passwordHash);
    return name;
  };

/** Checks everything about a new account before its password is hashed. */
export const createNewAccountRecord = ({
  passwords,
  configured,
  clock,
  service,
  withEmail,
  checkPreferredUsername,
  checkNames,
}: Dependencies): NewRecord => {
  const check = createNewAccountCheck({ passwords, service, withEmail });
  const isOfConfiguration = (email: string): boolean =>
    configured.hasEmail(email) || (withEmail && configured.byName(email) !== undefined);
  return async (account, { hashFor, isAdded = false } = {}) => {
    const {
      id = newId(16),
      password,
      passwordHash,
      claims = {},
      groups = [],
      upstreamGroups,
      isTemporary,
      demo,
    } = account;
    const name = check(account);
    const sortedGroups = normalizeGroups(groups);
    if (configured.holderOf(name) !== undefined) throw nameTaken(name);
    await checkPreferredUsername({ username: name, claims }, id);
    const email = verifiedEmailOf(claims);
    if (email !== undefined && isOfConfiguration(email)) throw emailTaken(email);
    if (isAdded && password !== undefined) await checkNames({ username: name, claims });
    const hash = password === undefined ? passwordHash : await passwords.hash(password, hashFor ?? id);
    const now = clock.now();
    return {
      id,
      username: name,
      enabled: true,
      claims: mergeClaims({}, claims),
      ...(sortedGroups.length > 0 && { groups: sortedGroups }),
      ...(upstreamGroups && changeByUpstream({ groups: sortedGroups }, upstreamGroups)),
      ...(hash === undefined ? {} : { hash }),
      ...(isTemporary && { required: ['password'] }),
      createdAt: now,
      updatedAt: now,
      ...(demo === undefined ? {} : { demo }),
    };
  };
};
