import { createHash } from 'node:crypto';
import type { AccountConfig } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import { loadOnce } from '../../store/load-once.ts';
import { normalizeGroups } from '../groups/index.ts';
import type { Account, Claims } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import type { Passwords } from './password/passwords.ts';
import { preferredUsernameOf, signInNames } from './sign-in-names.ts';
import { foldUsername } from './username.ts';

/** The accounts of the configuration. They are fixed until the next start and never stored. */
export interface ConfiguredAccounts {
  readonly byId: ReadonlyMap<string, Account>;
  byName(username: string): Account | undefined;
  /** The account that signs in by this name, or has it as its `preferred_username`. */
  holderOf(name: string): Account | undefined;
  /** Whether one of them has verified this address, folded. */
  hasEmail(folded: string): boolean;
  all(): readonly Account[];
  members(group: string): readonly Account[];
  /** The hash of the password. The first call hashes all passwords that the configuration has in clear. */
  hashOf(id: string): Promise<string | undefined>;
}

/** The same on every process and after every start. The operator can set `sub` instead. */
const derivedId = (username: string): string =>
  createHash('sha256')
    .update(`postern account\n${foldUsername(username)}`)
    .digest('base64url')
    .slice(0, 27);

export const configuredIdOf = ({ sub, username }: Pick<AccountConfig, 'sub' | 'username'>): string =>
  sub ?? derivedId(username);

const digestOf = (hash: string): string => createHash('sha256').update(hash).digest('base64url').slice(0, 27);

const toAccount = (entry: AccountConfig): Account => {
  const {
    username,
    sub: _,
    password,
    password_hash: passwordHash,
    disabled,
    acr,
    claims,
    groups = [],
    ...standard
  } = entry;
  return {
    id: configuredIdOf(entry),
    username,
    enabled: disabled !== true,
    hasPassword: password !== undefined || passwordHash !== undefined,
    // The configuration was read from YAML or JSON, so `claims` holds JSON values.
    claims: { preferred_username: username, ...standard, ...(claims as Claims | undefined) },
    groups: normalizeGroups(groups),
    operatorGroups: normalizeGroups(groups),
    ...(acr === undefined ? {} : { acr }),
    ...(passwordHash !== undefined && { configuredPassword: digestOf(passwordHash) }),
    from: 'configuration',
  };
};

const refuse = (message: string): Failure =>
  new Failure({ code: 'bad_configuration', message, exit: exitCode.configuration });

const duplicate = (what: string): Failure =>
  refuse(`Two of the configured accounts have the same ${what}; change one of them.`);

/** The configured accounts whose password hash no format accepts. With any of them, no server starts. */
export const configuredAccountProblems = (
  entries: readonly AccountConfig[],
  problemOf: Passwords['problemOf'],
): readonly { readonly index: number; readonly field: 'password_hash'; readonly message: string }[] =>
  entries.flatMap(({ password_hash: hash }, index) => {
    const message = hash === undefined ? undefined : problemOf(hash);
    return message === undefined ? [] : [{ index, field: 'password_hash' as const, message }];
  });

export const createConfiguredAccounts = (
  entries: readonly AccountConfig[],
  passwords: Passwords,
  { withEmail = false }: { readonly withEmail?: boolean } = {},
): ConfiguredAccounts => {
  const [problem] = configuredAccountProblems(entries, passwords.problemOf);
  if (problem) throw refuse(`accounts.${problem.index}: ${problem.message}`);
  const ids = new Map<string, Account>();
  const names = new Map<string, Account>();
  const secrets = new Map<string, AccountConfig>();
  const emails = new Set<string>();
  for (const entry of entries) {
    const account = toAccount(entry);
    if (ids.has(account.id)) throw duplicate(`sub (${account.id})`);
    if (names.has(foldUsername(account.username))) throw duplicate(`username (${account.username})`);
    ids.set(account.id, account);
    for (const name of signInNames(account, withEmail)) names.set(name, account);
    secrets.set(account.id, entry);
    const email = verifiedEmailOf(account.claims);
    if (email !== undefined) emails.add(email);
  }

  const preferred = new Map<string, Account>();
  for (const account of ids.values()) {
    const name = preferredUsernameOf(account);
    if (name === undefined) continue;
    if (preferred.has(name) || (names.get(name) ?? account) !== account)
      throw duplicate(`preferred_username (${name})`);
    preferred.set(name, account);
  }

  const hashAll = async (): Promise<ReadonlyMap<string, string>> => {
    const hashes = new Map<string, string>();
    for (const [id, { password, password_hash }] of secrets) {
      if (password_hash !== undefined) hashes.set(id, password_hash);
      else if (password !== undefined) hashes.set(id, await passwords.hash(password, id));
    }
    return hashes;
  };
  const loadHashes = loadOnce(hashAll);

  return {
    byId: ids,
    byName: (username) => names.get(foldUsername(username)),
    holderOf(name) {
      const folded = foldUsername(name);
      return names.get(folded) ?? preferred.get(folded);
    },
    hasEmail: (folded) => emails.has(folded),
    all: () => [...ids.values()],
    members: (group) => [...ids.values()].filter(({ groups }) => groups.includes(group)),
    hashOf: async (id) => (await loadHashes()).get(id),
  };
};
