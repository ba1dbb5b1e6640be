import { exitCode, Failure } from '../../errors.ts';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Clock, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { nextVersion } from '../record-version.ts';
import { search } from '../search/index.ts';
import { verifiedEmailOf } from './claims.ts';
import { nameKey, readName } from './name-record.ts';
import { createNameReservations, isNameTaken } from './name-reservations.ts';
import {
  type AccountRecord,
  accountKey,
  accountSearchIndex,
  accountTexts,
  insertAccount,
  readAccount,
  removeAccount,
  replaceAccount,
  verifiedEmailIndex,
} from './record.ts';
import { addressNames, publicNames, signInNames } from './sign-in-names.ts';
import { foldUsername, nameFamily } from './username.ts';

export interface StoredAccount {
  readonly record: AccountRecord;
  /** The text that the store holds, for compare and replace. */
  readonly body: string;
}

/** Reads and writes account records. A user name belongs to one account, and concurrent changes are all kept. */
export interface AccountStore {
  byId(id: string): Promise<StoredAccount | undefined>;
  /** Finds an account by one of its sign-in names. */
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
  /** Frees a name that is kept for an account which has left it. Throws for every other name. */
  releaseName(name: string): Promise<void>;
  /** The names that are reserved because the account has verified an address. */
  addressNamesOf(record: AccountRecord): readonly string[];
  /** Throws when another account has one of these names of the account, or one is kept for another account. */
  refuseTaken(account: Owned, names: readonly string[]): Promise<void>;
  /** The accounts of the list of which a name of this sort is reserved for no account. */
  withoutReservation(records: readonly AccountRecord[], sort: NameSort): Promise<readonly AccountRecord[]>;
  /** Reserves the names of an account that was stored before. False when another account has one of them. */
  reserve(id: string, sort: NameSort): Promise<boolean>;
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
  /**
   * `prepare` is called for each attempt, as another process may change the account meanwhile. The check that it returns
   * throws when the account must not be removed as it is. What that returns is committed with the removal.
   */
  remove(id: string, prepare?: () => Promise<(record: AccountRecord) => readonly Write[]>): Promise<void>;
}

type Owned = Pick<AccountRecord, 'id' | 'username' | 'claims'>;

/** Names that former versions didn't reserve: the verified address to sign in by, and the claim `preferred_username`. */
export type NameSort = 'address' | 'preferred_username';

/**
 * Writes that fail when what an account depends on has changed. The conflict of one that consumes or inserts a document
 * is thrown, because it fails for good, and that of one that changes ways to sign in, because the caller has read them.
 */
type Conditions = () => Promise<readonly Write[]>;

interface AccountRecordPage {
  readonly records: readonly AccountRecord[];
  readonly next: string | undefined;
}

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

const failsForGood: ReadonlySet<Write['op']> = new Set(['consume', 'insert']);

/** Ways to sign in, whose records the caller has read. */
const readByCaller: ReadonlySet<string> = new Set([kinds.factors, kinds.passkeys, kinds.upstreamLink]);

const isUsedUp = ({ key }: Conflict, writes: readonly Write[]): boolean =>
  readByCaller.has(key.kind) ||
  writes.some(
    ({ op, key: { kind, family } }) => failsForGood.has(op) && kind === key.kind && family === key.family,
  );

interface StoreOptions {
  /** Verified addresses are names to sign in by. */
  readonly withEmail?: boolean;
  /** How long a name is kept for the account that has left it. */
  readonly keptNamesMs?: number;
}

export const createAccountStore = (
  store: Store,
  clock: Clock,
  { withEmail = false, keptNamesMs = 0 }: StoreOptions = {},
): AccountStore => {
  const byId = async (id: string): Promise<StoredAccount | undefined> => {
    const [document] = await store.read([accountKey(id)]);
    return document === undefined ? undefined : { body: document.body, record: readAccount(document) };
  };

  const listed = async (
    index: string,
    of: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<AccountRecordPage> => {
    const page = await store.list(index, of, { limit, ...(cursor === undefined ? {} : { cursor }) });
    return { records: page.items.map(({ document }) => readAccount(document)), next: page.next };
  };

  const byEmail = async (address: string): Promise<readonly AccountRecord[]> => {
    const { records } = await listed(verifiedEmailIndex, nameFamily(foldUsername(address)), 2, undefined);
    return records.filter(({ claims }) => verifiedEmailOf(claims) === foldUsername(address));
  };

  const names = createNameReservations({
    store,
    clock,
    withEmail,
    keptForMs: keptNamesMs,
    find: async (id) => (await byId(id))?.record,
    byEmail,
  });

  const namesOfSort = (record: AccountRecord, sort: NameSort): readonly string[] =>
    sort === 'address' ? addressNames(record, withEmail) : publicNames(record).slice(1);

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
    namesOf: names.namesOf,
    releaseName: names.release,
    addressNamesOf: (record) => addressNames(record, withEmail),
    refuseTaken: names.refuseTaken,
    withoutReservation: (records, sort) =>
      names.withoutReservation(records, (record) => namesOfSort(record, sort)),
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
    insertions: (record) => [...names.insertions(record), insertAccount(record)],
    async reserve(id, sort) {
      const held = await byId(id);
      const email = held && verifiedEmailOf(held.record.claims);
      const wanted = held ? namesOfSort(held.record, sort) : [];
      if (!held || wanted.length === 0) return true;
      if (sort === 'address' && email !== undefined && (await byEmail(email)).length > 1) return false;
      try {
        await names.commit(held.record, wanted, [replaceAccount(held.record, held.body)]);
      } catch (error) {
        // The account was changed meanwhile, which reserves its names too, or another account has one.
        if (error instanceof Conflict) return true;
        if (isNameTaken(error)) return false;
        throw error;
      }
      return true;
    },
    async insert(record, conditions = noConditions) {
      const wanted = names.namesOf(record);
      await names.refuseSharedEmail(record, wanted);
      for (let attempt = 1; ; attempt += 1) {
        const writes = await conditions();
        try {
          return await names.commit(record, wanted, [...writes, insertAccount(record)]);
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
        const { gained, unreserved, removals } = await names.change(held.record, record);
        const replacement = replaceAccount(record, held.body);
        try {
          const others = [...writes, replacement, ...removals, ...also(held.record, record)];
          await names.commit(record, [...gained, ...unreserved], others);
          return record;
        } catch (error) {
          // Another account has reserved the name meanwhile, which is no reason to refuse this change.
          if (isNameTaken(error) && gained.length === 0 && attempt < maxAttempts) continue;
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
    async remove(id, prepare = async () => () => []) {
      for (let attempt = 1; ; attempt += 1) {
        const check = await prepare();
        const held = await byId(id);
        if (held === undefined) throw notFound();
        const removals = await names.removals(held.record);
        try {
          const also = check(held.record);
          return await store.commit([...removeAccount(id, held.body), ...removals, ...also]);
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          if (attempt === maxAttempts)
            throw new StoreUnavailable('an account changes too often', { cause: error });
        }
      }
    },
  };
};
