import { exitCode, Failure } from '#src/errors.ts';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import type { Clock, Store, Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { nextVersion } from '../record-version.ts';
import { search } from '../search/index.ts';
import { verifiedEmailOf } from './claims.ts';
import {
  type AccountRecord,
  accountKey,
  accountSearchIndex,
  accountTexts,
  factorsKey,
  insertAccount,
  insertName,
  nameKey,
  readAccount,
  readName,
  removeName,
  replaceAccount,
  reservationKey,
  verifiedEmailIndex,
} from './record.ts';
import { emailTaken, reservedNames, signInNames } from './sign-in-names.ts';
import { foldUsername, nameFamily } from './username.ts';

export interface StoredAccount {
  readonly record: AccountRecord;
  /** The text that the store holds, for compare and replace. */
  readonly body: string;
}

/** Reads and writes account records. A user name belongs to one account, and concurrent changes are all kept. */
export interface AccountStore {
  byId(id: string): Promise<StoredAccount | undefined>;
  /** By one of its sign-in names. */
  byName(name: string): Promise<StoredAccount | undefined>;
  /** The accounts that have verified this address, at most two of them. */
  byEmail(address: string): Promise<readonly AccountRecord[]>;
  /** Pages of all accounts in the store, by the time of their creation. */
  list(limit: number, cursor: string | undefined): Promise<AccountRecordPage>;
  /** Pages of the accounts whose user name, e-mail address or name begins with the prefix. */
  search(prefix: string, limit: number, cursor: string | undefined): Promise<AccountRecordPage>;
  /** Pages of the accounts in a group. */
  members(group: string, limit: number, cursor: string | undefined): Promise<AccountRecordPage>;
  /** `conditions` are committed with the account, and asked for again when one of them fails. */
  insert(record: AccountRecord, conditions?: Conditions): Promise<void>;
  /** What is reserved for the account, the user name first. */
  namesOf(record: AccountRecord): readonly string[];
  /** Of these accounts, those whose verified address is reserved for none. */
  withoutReservation(records: readonly AccountRecord[]): Promise<readonly AccountRecord[]>;
  /** Reserves the verified address of an account that was stored before. False when another account has it too. */
  reserveEmail(id: string): Promise<boolean>;
  /** The writes of `insert`, for a commit together with others. */
  insertions(record: AccountRecord): readonly Write[];
  /**
   * Applies `next` to the current record, again if another process changed it meanwhile. What `also` returns is committed
   * with the change.
   */
  change(
    id: string,
    next: (record: AccountRecord) => AccountRecord,
    conditions?: Conditions,
    also?: (before: AccountRecord, after: AccountRecord) => readonly Write[],
  ): Promise<AccountRecord>;
  /** Stores another hash of the same password. A change made meanwhile, as of the password, wins. */
  replaceHash(stored: StoredAccount, hash: string): Promise<void>;
  /** `check` throws when the account must not be removed as it is. What it returns is committed with the removal. */
  remove(id: string, check?: (record: AccountRecord) => readonly Write[]): Promise<void>;
}

/**
 * Writes that fail when what an account depends on has changed. The conflict of one that consumes or inserts a document
 * is thrown, because it fails for good, and that of one that changes second factors, because the caller has read them.
 */
type Conditions = () => Promise<readonly Write[]>;

interface AccountRecordPage {
  readonly records: readonly AccountRecord[];
  readonly next: string | undefined;
}

/** A name without an account that is older than this was left by a crash. A younger one may belong to an insert. */
const orphanAfterMs = 60_000;
/** Each attempt that fails is one that another process made succeed. */
const maxAttempts = 20;
const noConditions: Conditions = async () => [];

const notFound = (): Failure =>
  new Failure({
    code: 'account_not_found',
    message: 'There is no such account; `account list` shows all accounts.',
    status: 404,
    exit: exitCode.notFound,
  });

export const nameTaken = (username: string): Failure =>
  new Failure({
    code: 'account_exists',
    message: `An account named ${username} exists already; choose another name.`,
    status: 409,
    exit: exitCode.conflict,
  });

const isEmailTaken = (error: unknown): boolean => error instanceof Failure && error.code === 'email_taken';

const failsForGood: ReadonlySet<Write['op']> = new Set(['consume', 'insert']);

const isUsedUp = ({ key }: Conflict, writes: readonly Write[]): boolean =>
  key.kind === kinds.factors ||
  writes.some(
    ({ op, key: { kind, family } }) => failsForGood.has(op) && kind === key.kind && family === key.family,
  );

interface StoreOptions {
  /** Verified addresses are names to sign in by. */
  readonly withEmail?: boolean;
}

export const createAccountStore = (
  store: Store,
  clock: Clock,
  { withEmail = false }: StoreOptions = {},
): AccountStore => {
  const namesOf = (record: AccountRecord): readonly string[] => reservedNames(record, withEmail);

  const byId = async (id: string): Promise<StoredAccount | undefined> => {
    const [document] = await store.read([accountKey(id)]);
    return document === undefined ? undefined : { body: document.body, record: readAccount(document) };
  };

  /**
   * The stored name if the account may take it: an interrupted change has reserved it for the same account, or its account
   * doesn't exist, or has another name, and `orphanAfterMs` have passed.
   */
  const findOrphanedName = async (id: string, folded: string): Promise<string | undefined> => {
    const [name] = await store.read([reservationKey(folded)]);
    if (name === undefined) return undefined;
    const { id: holderId, at } = readName(name);
    if (holderId === id) return name.body;
    const holder = await byId(holderId);
    const held = holder !== undefined && reservedNames(holder.record, true).includes(folded);
    return held || at > clock.now() - orphanAfterMs ? undefined : name.body;
  };

  const taken = ({ username }: AccountRecord, folded: string): Failure =>
    folded === foldUsername(username) ? nameTaken(username) : emailTaken(folded);

  const listed = async (
    index: string,
    of: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<AccountRecordPage> => {
    const page = await store.list(index, of, { limit, ...(cursor === undefined ? {} : { cursor }) });
    return { records: page.items.map(({ document }) => readAccount(document)), next: page.next };
  };

  const isNameConflict = (error: unknown): error is Conflict =>
    error instanceof Conflict && error.key.kind === kinds.accountName;

  /**
   * Commits names of an account together with `others`. A name takes the place of an orphaned one. Throws when a name
   * belongs to another account, or when another account takes the orphaned name first.
   */
  const commitWithNames = async (
    record: AccountRecord,
    names: readonly string[],
    others: readonly Write[],
  ): Promise<void> => {
    let writes: readonly Write[] = names.map((name) => insertName(name, record.id, clock.now()));
    for (;;) {
      try {
        return await store.commit([...writes, ...others]);
      } catch (error) {
        if (!isNameConflict(error)) throw error;
        const at = writes.findIndex(({ key }) => key.family === error.key.family);
        const [name, write] = [names[at], writes[at]];
        if (name === undefined || write === undefined) throw error;
        const expected = write.op === 'insert' ? await findOrphanedName(record.id, name) : undefined;
        if (write.op !== 'insert' || expected === undefined) throw taken(record, name);
        writes = writes.with(at, { ...write, op: 'replace', expected });
      }
    }
  };

  /** Of these names, those that the store keeps for the account. */
  const ownNames = async (id: string, names: readonly string[]): Promise<readonly string[]> => {
    const documents = names.length > 0 ? await store.read(names.map(reservationKey)) : [];
    return names.filter((_, at) => {
      const document = documents[at];
      return document !== undefined && readName(document).id === id;
    });
  };

  const byEmail = async (address: string): Promise<readonly AccountRecord[]> => {
    const { records } = await listed(verifiedEmailIndex, nameFamily(foldUsername(address)), 2, undefined);
    return records.filter(({ claims }) => verifiedEmailOf(claims) === foldUsername(address));
  };

  const isShared = async ({ id, claims }: AccountRecord): Promise<boolean> => {
    const email = verifiedEmailOf(claims);
    return email !== undefined && (await byEmail(email)).some((other) => other.id !== id);
  };

  /** Accounts that were stored by former versions may have an address that isn't reserved yet. */
  const refuseSharedEmail = async (record: AccountRecord, gained: readonly string[]): Promise<void> => {
    const email = gained.find((name) => name !== foldUsername(record.username));
    if (email !== undefined && (await isShared(record))) throw emailTaken(email);
  };

  /** The names of an address that was verified before addresses were reserved. One that is shared stays as it is. */
  const findUnreserved = async (
    record: AccountRecord,
    kept: readonly string[],
  ): Promise<readonly string[]> => {
    const ofEmail = kept.filter((name) => name !== foldUsername(record.username));
    const documents = ofEmail.length > 0 ? await store.read(ofEmail.map(reservationKey)) : [];
    const missing = ofEmail.filter((_, at) => documents[at] === undefined);
    return missing.length > 0 && !(await isShared(record)) ? missing : [];
  };

  return {
    byId,
    async byName(username) {
      const [name] = await store.read([nameKey(username)]);
      // An unknown name costs the same two round trips as a known one, so the time doesn't tell them apart.
      const held = await byId(name === undefined ? 'unknown' : readName(name).id);
      return held !== undefined && signInNames(held.record, withEmail).includes(foldUsername(username))
        ? held
        : undefined;
    },
    byEmail,
    namesOf,
    list: (limit, cursor) => listed('accounts', 'all', limit, cursor),
    search: (prefix, limit, cursor) =>
      search({
        store,
        index: accountSearchIndex,
        prefix,
        limit,
        cursor,
        read: readAccount,
        textsOf: accountTexts,
      }),
    members: (group, limit, cursor) => listed('members', group, limit, cursor),
    // The names come first, because they may be taken.
    insertions: (record) => [
      ...namesOf(record).map((name) => insertName(name, record.id, clock.now())),
      insertAccount(record),
    ],
    async withoutReservation(records) {
      const candidates = records.filter(({ claims }) => withEmail && verifiedEmailOf(claims) !== undefined);
      if (candidates.length === 0) return [];
      const documents = await store.read(
        candidates.map(({ claims }) => nameKey(verifiedEmailOf(claims) ?? '')),
      );
      return candidates.filter(({ id }, at) => {
        const document = documents[at];
        return document === undefined || readName(document).id !== id;
      });
    },
    async reserveEmail(id) {
      const held = await byId(id);
      const email = held && verifiedEmailOf(held.record.claims);
      if (!held || email === undefined) return true;
      if ((await byEmail(email)).length > 1) return false;
      try {
        await commitWithNames(held.record, namesOf(held.record).slice(1), [
          replaceAccount(held.record, held.body),
        ]);
      } catch (error) {
        // The account was changed meanwhile, which reserves its address too, or another account has it.
        if (error instanceof Conflict) return true;
        if (isEmailTaken(error)) return false;
        throw error;
      }
      return true;
    },
    async insert(record, conditions = noConditions) {
      const names = namesOf(record);
      await refuseSharedEmail(record, names);
      for (let attempt = 1; ; attempt += 1) {
        const writes = await conditions();
        try {
          return await commitWithNames(record, names, [...writes, insertAccount(record)]);
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          if (isUsedUp(error, writes)) throw error;
          if (attempt === maxAttempts)
            throw new StoreUnavailable('what an account depends on changes too often', { cause: error });
        }
      }
    },
    async change(id, next, conditions = noConditions, also = () => []) {
      for (let attempt = 1; ; attempt += 1) {
        const writes = await conditions();
        const held = await byId(id);
        if (held === undefined) throw notFound();
        const record = { ...next(held.record), ...nextVersion(held.record, clock.now()) };
        const [before, after] = [reservedNames(held.record, true), namesOf(record)];
        const dropped = before.filter((name) => !after.includes(name));
        const gained = after.filter((name) => !before.includes(name));
        await refuseSharedEmail(record, gained);
        const unreserved = await findUnreserved(
          record,
          after.filter((name) => before.includes(name)),
        );
        const removals = (await ownNames(id, dropped)).map(removeName);
        const replacement = replaceAccount(record, held.body);
        const others = [...writes, replacement, ...removals, ...also(held.record, record)];
        try {
          await commitWithNames(record, [...gained, ...unreserved], others);
          return record;
        } catch (error) {
          // Another account has reserved the address meanwhile, which is no reason to refuse this change.
          if (isEmailTaken(error) && gained.length === 0 && attempt < maxAttempts) continue;
          if (!(error instanceof Conflict) || isUsedUp(error, writes)) throw error;
          if (error.reason === 'absent' && error.key.kind === kinds.account) throw notFound();
          if (attempt === maxAttempts)
            throw new StoreUnavailable('an account changes too often', { cause: error });
        }
      }
    },
    async replaceHash({ record, body }, hash) {
      try {
        await store.commit([replaceAccount({ ...record, hash }, body)]);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    },
    async remove(id, check = () => []) {
      const held = await byId(id);
      if (held === undefined) throw notFound();
      const also = check(held.record);
      const names = await ownNames(id, reservedNames(held.record, true));
      await store.commit([
        { op: 'remove', key: accountKey(id) },
        { op: 'remove', key: factorsKey(id) },
        ...names.map(removeName),
        ...also,
      ]);
    },
  };
};
