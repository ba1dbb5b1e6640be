import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import type { Events } from '#src/events.ts';
import type { Clock, Store, Write } from '#src/store/port.ts';
import { createReadThroughCache } from '#src/store/read-through-cache.ts';
import { createGroups, normalizeGroups } from '../groups/index.ts';
import type { Account, Accounts, ChangePassword, GroupChange } from './account.ts';
import { createAuthenticate } from './authenticate.ts';
import { checkClaims, mergeClaims, namesOf, verifiedEmailOf } from './claims.ts';
import { createConfiguredAccounts } from './configured.ts';
import { createGroupClaims } from './group-claims.ts';
import { createImporter } from './importer.ts';
import { createNewAccountCheck, createNewAccountRecord } from './new-account-record.ts';
import { acceptUsername } from './new-username.ts';
import { createPasswords } from './password/passwords.ts';
import { type AccountRecord, toAccount, toExported } from './record.ts';
import { changeRequired } from './requirements.ts';
import { createReserveEmails } from './reserve-emails.ts';
import { checkAtSign, emailTaken, signInNames } from './sign-in-names.ts';
import { isSignInCurrent } from './sign-in-time.ts';
import { createAccountStore, nameTaken } from './store.ts';
import { foldUsername } from './username.ts';

export interface AccountsOptions {
  readonly store: Store;
  readonly config: {
    readonly accounts: Config['accounts'];
    readonly groups: Config['groups'];
    readonly sign_in: Config['sign_in'];
    readonly security: Pick<Config['security'], 'password'>;
    readonly issuer: Config['issuer'];
    readonly pages: Pick<Config['pages'], 'name'>;
  };
  readonly clock: Clock;
  readonly events: Events;
}

/** How long a disabled account may still be used on a process that missed the message about it. */
const maxAgeMs = 5_000;
const maxCachedAccounts = 10_000;
const exportPageSize = 500;

/** What the service is called: names for passwords not to consist of, and for people not to take. */
export const namesOfService = ({ issuer, pages }: Pick<AccountsOptions['config'], 'issuer' | 'pages'>) => [
  pages.name,
  new URL(issuer).hostname,
  'postern',
];

const isList = (groups: readonly string[] | GroupChange | undefined): groups is readonly string[] =>
  Array.isArray(groups);

const withGroupChange = (
  former: readonly string[] = [],
  { add = [], remove = [] }: GroupChange = {},
): readonly string[] => {
  const removed = new Set(remove);
  return normalizeGroups([...former, ...add].filter((group) => !removed.has(group)));
};

export const createAccounts = ({ store, config, clock, events }: AccountsOptions): Accounts => {
  const service = namesOfService(config);
  const passwords = createPasswords(config.security.password, service);
  const withEmail = config.sign_in.identifiers.includes('email');
  const configured = createConfiguredAccounts(config.accounts, passwords, { withEmail });
  const newRecord = createNewAccountRecord({ passwords, configured, clock, service, withEmail });
  const stored = createAccountStore(store, clock, { withEmail });
  const groups = createGroups({ store, config, clock, events });
  const groupClaims = createGroupClaims({ store, config, stored, groups, clock });

  const cache = createReadThroughCache<Account>({
    load: async (id) => {
      const held = await stored.byId(id);
      return held === undefined ? undefined : toAccount(held.record);
    },
    clock,
    maxEntries: maxCachedAccounts,
    maxAgeMs,
  });
  const unsubscribe = store.subscribe('accounts', (id) => cache.invalidate(id));

  const invalidate = async (id: string): Promise<void> => {
    cache.invalidate(id);
    // A process that misses the message reads the account again after `maxAgeMs`.
    await store.publish('accounts', id).catch(() => {});
  };

  const publishChange = async (type: string, id: string): Promise<void> => {
    await invalidate(id);
    events.emit({ type, outcome: 'ok', account: id });
  };

  const emitMemberships = (account: string, former: readonly string[], now: readonly string[]): void => {
    const emitAll = (type: string, names: readonly string[]): void => {
      for (const group of names) events.emit({ type, outcome: 'ok', account, details: { group } });
    };
    emitAll(
      'group.member_added',
      now.filter((name) => !former.includes(name)),
    );
    emitAll(
      'group.member_removed',
      former.filter((name) => !now.includes(name)),
    );
  };

  const refuseConfigured = (id: string): void => {
    if (!configured.byId.has(id)) return;
    throw new Failure({
      code: 'account_configured',
      message: 'This account comes from the configuration; change it there.',
      status: 409,
      exit: exitCode.conflict,
    });
  };

  const change = async (
    id: string,
    type: string,
    next: (record: AccountRecord) => AccountRecord,
    also: readonly Write[] = [],
  ): Promise<Account> => {
    refuseConfigured(id);
    const record = await stored.change(id, next, async () => also);
    await publishChange(type, id);
    return toAccount(record);
  };

  /** Applies `next` and, with `add`, only while all of those groups exist. */
  const changeWithGroups = async (
    id: string,
    next: (record: AccountRecord) => AccountRecord,
    add: readonly string[],
    also: readonly Write[] = [],
  ): Promise<AccountRecord> => {
    refuseConfigured(id);
    let former: AccountRecord | undefined;
    const record = await stored.change(
      id,
      (held) => {
        former = held;
        return next(held);
      },
      async () => [...also, ...(await groups.require(add))],
    );
    await invalidate(id);
    emitMemberships(id, former?.groups ?? [], record.groups ?? []);
    return record;
  };

  const setPassword = async (
    id: string,
    password: string,
    { keepTokens = false, isTemporary = false, also }: ChangePassword = {},
  ): Promise<void> => {
    refuseConfigured(id);
    const hash = await passwords.hash(password);
    const withHash = (record: AccountRecord): AccountRecord => {
      const now = clock.now();
      return {
        ...record,
        hash,
        passwordChangedAt: now,
        ...(!keepTokens && { signedOutAt: now }),
        required: changeRequired(record, isTemporary ? { add: ['password'] } : { remove: ['password'] }),
      };
    };
    await change(id, 'account.password_changed', withHash, also);
  };

  /** Checks the names of an account when they change. Names that were accepted by former rules stay as they are. */
  const checkNames = (former: AccountRecord, now: Pick<AccountRecord, 'username' | 'claims'>): void => {
    const isRenamed = foldUsername(former.username) !== foldUsername(now.username);
    const isMoved = verifiedEmailOf(former.claims) !== verifiedEmailOf(now.claims);
    if (isRenamed || isMoved) checkAtSign(now, withEmail);
    const before = signInNames(former, true);
    const gained = signInNames(now, withEmail).filter((name) => !before.includes(name));
    const email = gained.find((name) => name !== foldUsername(now.username));
    if (email !== undefined && configured.byName(email) !== undefined) throw emailTaken(email);
  };

  const find = async (id: string): Promise<Account | undefined> => configured.byId.get(id) ?? cache.get(id);

  /** Another spelling of a name that an account has is accepted, also where a newer rule refuses the name. */
  const hasName = async (id: string, username: string): Promise<boolean> => {
    const account = await find(id);
    return account !== undefined && foldUsername(account.username) === foldUsername(username);
  };

  const authenticate = createAuthenticate({ passwords, configured, stored });

  return {
    find,
    async findByUsername(username) {
      const account = configured.byName(username);
      if (account !== undefined) return account;
      const held = await stored.byName(username);
      return held === undefined ? undefined : toAccount(held.record);
    },
    async nameToCount(login) {
      // Without sign-in by address an account has one name, and the store needn't be asked.
      if (!withEmail) return login;
      const held = await stored.byName(login);
      return configured.byName(login)?.username ?? held?.record.username ?? login;
    },
    reserveEmails: createReserveEmails({ store, stored, clock, events, withEmail }),
    async findByEmail(address) {
      const held = await stored.byEmail(address);
      const folded = foldUsername(address);
      const all = [
        ...configured.all().filter(({ claims }) => verifiedEmailOf(claims) === folded),
        ...held.map(toAccount),
      ];
      return all.length === 1 ? all[0] : undefined;
    },
    async authenticate(...attempt) {
      const account = await authenticate(...attempt);
      // What is required of the person is decided next, so the cache must not be older than the sign-in.
      if (account) cache.invalidate(account.id);
      return account;
    },
    async forEngine(id, signIn) {
      const account = await find(id);
      if (account === undefined || !account.enabled) return undefined;
      if (signIn && !isSignInCurrent(account, signIn)) return undefined;
      return {
        accountId: account.id,
        groups: account.groups,
        claims: () => ({ groups: account.groups, ...account.claims, sub: account.id }),
      };
    },
    async list({ limit = 50, cursor } = {}) {
      const { records, next } = await stored.list(limit, cursor);
      const accounts = records.map(toAccount);
      return {
        items: cursor === undefined ? [...configured.all(), ...accounts] : accounts,
        ...(next === undefined ? {} : { next }),
      };
    },
    check: createNewAccountCheck({ passwords, service, withEmail }),
    async add(account, { also = [] } = {}) {
      await groupClaims.refuseIn(account.claims);
      const record = await newRecord(account);
      const { id, groups: names = [] } = record;
      await stored.insert(record, async () => [...also, ...(await groups.require(names))]);
      await publishChange('account.added', id);
      emitMemberships(id, [], names);
      return toAccount(record);
    },
    async draft(account) {
      await groupClaims.refuseIn(account.claims);
      const record = await newRecord(account);
      const { id, groups: names = [] } = record;
      return {
        writes: [...(await groups.require(names)), ...stored.insertions(record)],
        async afterCommit() {
          await publishChange('account.added', id);
          emitMemberships(id, [], names);
        },
      };
    },
    async update(id, { username, claims = {}, groups: groupChange, required }, { also = [] } = {}) {
      await groupClaims.refuseIn(claims);
      const isRenamed = username !== undefined && !(await hasName(id, username));
      const name = isRenamed ? acceptUsername(username, { givenBy: 'operator', service }) : username;
      if (name !== undefined && configured.byName(name) !== undefined) throw nameTaken(name);
      const groupsAfter = (former: readonly string[] = []): readonly string[] =>
        isList(groupChange) ? normalizeGroups(groupChange) : withGroupChange(former, groupChange);
      const record = await changeWithGroups(
        id,
        (former) => {
          const merged = mergeClaims(former.claims, claims);
          checkClaims(merged);
          checkNames(former, { username: name ?? former.username, claims: merged });
          return {
            ...former,
            username: name ?? former.username,
            claims: merged,
            ...(groupChange && { groups: groupsAfter(former.groups) }),
            ...(required && { required: changeRequired(former, required) }),
          };
        },
        isList(groupChange) ? normalizeGroups(groupChange) : (groupChange?.add ?? []),
        also,
      );
      events.emit({ type: 'account.updated', outcome: 'ok', account: id });
      return toAccount(record);
    },
    async changeGroups(id, groupChange) {
      const record = await changeWithGroups(
        id,
        (former) => ({ ...former, groups: withGroupChange(former.groups, groupChange) }),
        groupChange.add ?? [],
      );
      return toAccount(record);
    },
    async members(group, { limit = 50, cursor } = {}) {
      const { records, next } = await stored.members(group, limit, cursor);
      const accounts = records.map(toAccount);
      return {
        items: cursor === undefined ? [...configured.members(group), ...accounts] : accounts,
        ...(next !== undefined && { next }),
      };
    },
    checkGroupClaims: groupClaims.check,
    async importGroupClaims(options) {
      return groupClaims.importAll(options, async (id, former, now) => {
        await invalidate(id);
        emitMemberships(id, former, now);
      });
    },
    importer: createImporter({
      store,
      stored,
      configured,
      groups,
      async newRecord(account) {
        await groupClaims.refuseIn(account.claims);
        return newRecord(account);
      },
    }),
    async exportPage(cursor) {
      const { records, next } = await stored.list(exportPageSize, cursor);
      return { items: records.map(toExported), ...(next !== undefined && { next }) };
    },
    enable: (id) => change(id, 'account.enabled', (former) => ({ ...former, enabled: true })),
    disable: (id) =>
      change(id, 'account.disabled', (former) => ({ ...former, enabled: false, signedOutAt: clock.now() })),
    async signOut(id) {
      if (configured.byId.has(id)) return;
      await change(id, 'account.signed_out', (former) => ({ ...former, signedOutAt: clock.now() }));
    },
    async setPassword(id, password, options) {
      const { username = '', claims = {} } = (await find(id)) ?? {};
      passwords.checkNew(password, namesOf(username, claims));
      await setPassword(id, password, options);
    },
    hashPassword: passwords.hash,
    async resetPassword(id, options) {
      const password = randomBytes(15).toString('base64url');
      await setPassword(id, password, options);
      return password;
    },
    async remove(id) {
      refuseConfigured(id);
      await stored.remove(id);
      await publishChange('account.removed', id);
    },
    hashing: passwords.load,
    close: unsubscribe,
  };
};
