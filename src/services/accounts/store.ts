import { exitCode, Failure } from '#src/errors.ts';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import type { Clock, Store, Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { verifiedEmailOf } from './claims.ts';
import {
  type AccountRecord,
  accountKey,
  insertAccount,
  insertAccountWithName,
  insertName,
  nameKey,
  readAccount,
  readName,
  removeName,
  replaceAccount,
  verifiedEmailIndex,
} from './record.ts';
import { foldUsername, nameFamily } from './username.ts';

interface StoredAccount {
  readonly record: AccountRecord;
  /** The text that the store holds, for compare and replace. */
  readonly body: string;
}

/** Reads and writes account records. A user name belongs to one account, and concurrent changes are all kept. */
export interface AccountStore {
  byId(id: string): Promise<StoredAccount | undefined>;
  byName(username: string): Promise<StoredAccount | undefined>;
  /** The accounts that have verified this address, at most two of them. */
  byEmail(address: string): Promise<readonly AccountRecord[]>;
  /** Pages of all accounts in the store, by the time of their creation. */
  list(limit: number, cursor: string | undefined): Promise<AccountRecordPage>;
  /** Pages of the accounts in a group. */
  members(group: string, limit: number, cursor: string | undefined): Promise<AccountRecordPage>;
  /** `conditions` are committed with the account, and asked for again when one of them fails. */
  insert(record: AccountRecord, conditions?: Conditions): Promise<void>;
  /** The writes of `insert`, for a commit together with others. */
  insertions(record: AccountRecord): readonly Write[];
  /** Applies `next` to the current record, again if another process changed it meanwhile. */
  change(
    id: string,
    next: (record: AccountRecord) => AccountRecord,
    conditions?: Conditions,
  ): Promise<AccountRecord>;
  /** Stores another hash of the same password. A change made meanwhile, as of the password, wins. */
  replaceHash(stored: StoredAccount, hash: string): Promise<void>;
  remove(id: string): Promise<void>;
}

/**
 * Writes that fail when what an account depends on has changed. The conflict of one that consumes a document is thrown,
 * because it fails for good.
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
    message: 'There is no such account; `account list` shows those there are.',
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

const isUsedUp = ({ key }: Conflict, writes: readonly Write[]): boolean =>
  writes.some(
    ({ op, key: { kind, family } }) => op === 'consume' && kind === key.kind && family === key.family,
  );

export const createAccountStore = (store: Store, clock: Clock): AccountStore => {
  const byId = async (id: string): Promise<StoredAccount | undefined> => {
    const [document] = await store.read([accountKey(id)]);
    return document === undefined ? undefined : { body: document.body, record: readAccount(document) };
  };

  /**
   * The stored name if the account may take it: an interrupted change has reserved it for the same account, or its account
   * doesn't exist, or has another name, and `orphanAfterMs` have passed.
   */
  const findOrphanedName = async ({ id, username }: AccountRecord): Promise<string | undefined> => {
    const [name] = await store.read([nameKey(username)]);
    if (name === undefined) return undefined;
    const { id: holderId, at } = readName(name);
    if (holderId === id) return name.body;
    const holder = await byId(holderId);
    const held = holder !== undefined && foldUsername(holder.record.username) === foldUsername(username);
    return held || at > clock.now() - orphanAfterMs ? undefined : name.body;
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

  const isNameConflict = (error: unknown): error is Conflict =>
    error instanceof Conflict && error.key.kind === kinds.accountName;

  /**
   * Commits the name of an account together with `others`. It takes the place of an orphaned name, and throws `nameTaken`
   * when the name belongs to an account, or when another account takes the orphaned name first.
   */
  const commitWithName = async (record: AccountRecord, others: readonly Write[]): Promise<void> => {
    const name = insertName(record, clock.now());
    try {
      await store.commit([name, ...others]);
    } catch (error) {
      if (!isNameConflict(error)) throw error;
      const orphan = await findOrphanedName(record);
      if (orphan === undefined) throw nameTaken(record.username);
      await store.commit([{ ...name, op: 'replace', expected: orphan }, ...others]).catch((lost: unknown) => {
        throw isNameConflict(lost) ? nameTaken(record.username) : lost;
      });
    }
  };

  return {
    byId,
    async byName(username) {
      const [name] = await store.read([nameKey(username)]);
      // An unknown name costs the same two round trips as a known one, so the time doesn't tell them apart.
      const held = await byId(name === undefined ? 'unknown' : readName(name).id);
      return held !== undefined && foldUsername(held.record.username) === foldUsername(username)
        ? held
        : undefined;
    },
    async byEmail(address) {
      const { records } = await listed(verifiedEmailIndex, nameFamily(foldUsername(address)), 2, undefined);
      return records.filter(({ claims }) => verifiedEmailOf(claims) === foldUsername(address));
    },
    list: (limit, cursor) => listed('accounts', 'all', limit, cursor),
    members: (group, limit, cursor) => listed('members', group, limit, cursor),
    insertions: (record) => insertAccountWithName(record, clock.now()),
    async insert(record, conditions = noConditions) {
      for (let attempt = 1; ; attempt += 1) {
        const writes = await conditions();
        try {
          return await commitWithName(record, [...writes, insertAccount(record)]);
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          if (isUsedUp(error, writes)) throw error;
          if (attempt === maxAttempts)
            throw new StoreUnavailable('what an account depends on changes too often', { cause: error });
        }
      }
    },
    async change(id, next, conditions = noConditions) {
      for (let attempt = 1; ; attempt += 1) {
        const writes = await conditions();
        const held = await byId(id);
        if (held === undefined) throw notFound();
        const record = { ...next(held.record), updatedAt: clock.now() };
        const renamed = foldUsername(record.username) !== foldUsername(held.record.username);
        const replacement = replaceAccount(record, held.body);
        try {
          if (renamed) {
            await commitWithName(record, [...writes, replacement, removeName(held.record.username)]);
          } else {
            await store.commit([...writes, replacement]);
          }
          return record;
        } catch (error) {
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
    async remove(id) {
      const held = await byId(id);
      if (held === undefined) throw notFound();
      await store.commit([{ op: 'remove', key: accountKey(id) }, removeName(held.record.username)]);
    },
  };
};
