import { Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { verifiedEmailOf } from './claims.ts';
import { type AccountRecord, insertName, nameKey, readName, removeName, reservationKey } from './record.ts';
import { emailTaken, nameTaken, reservedNames } from './sign-in-names.ts';
import { foldUsername } from './username.ts';

/** The records that give a name to one account: user names, and verified addresses. Accounts come from store.ts. */
export interface NameReservations {
  /** What is reserved for the account, the user name first. */
  namesOf(record: AccountRecord): readonly string[];
  /** The writes that reserve all names of a new account. They fail when one is taken. */
  insertions(record: AccountRecord): readonly Write[];
  /**
   * Commits names of an account together with `others`. A name takes the place of an orphaned one. Throws when a name
   * belongs to another account, or when another account takes the orphaned name first.
   */
  commit(record: AccountRecord, names: readonly string[], others: readonly Write[]): Promise<void>;
  /** What changes when an account does. Throws when another account has verified the new address. */
  change(
    before: AccountRecord,
    after: AccountRecord,
  ): Promise<{
    readonly gained: readonly string[];
    readonly unreserved: readonly string[];
    readonly removals: readonly Write[];
  }>;
  /** The writes that remove all names that the store keeps for the account. */
  removals(record: AccountRecord): Promise<readonly Write[]>;
  /** Accounts that were stored by former versions may have an address that isn't reserved yet. */
  refuseSharedEmail(record: AccountRecord, gained: readonly string[]): Promise<void>;
  /** The accounts of the list whose verified address is reserved for no account. */
  withoutReservation(records: readonly AccountRecord[]): Promise<readonly AccountRecord[]>;
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** Verified addresses are names to sign in by. */
  readonly withEmail: boolean;
  readonly find: (id: string) => Promise<AccountRecord | undefined>;
  readonly byEmail: (address: string) => Promise<readonly AccountRecord[]>;
}

/** A name without an account that is older than this was left by a crash. A younger one may belong to an insert. */
const orphanAfterMs = 60_000;

const isNameConflict = (error: unknown): error is Conflict =>
  error instanceof Conflict && error.key.kind === kinds.accountName;

export const isEmailTaken = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'email_taken';

const taken = ({ username }: AccountRecord, folded: string): Failure =>
  folded === foldUsername(username) ? nameTaken(username) : emailTaken(folded);

export const createNameReservations = ({
  store,
  clock,
  withEmail,
  find,
  byEmail,
}: Dependencies): NameReservations => {
  const namesOf = (record: AccountRecord): readonly string[] => reservedNames(record, withEmail);

  /**
   * The stored name if the account may take it: an interrupted change has reserved it for the same account, or its account
   * doesn't exist, or has another name, and `orphanAfterMs` have passed.
   */
  const findOrphan = async (id: string, folded: string): Promise<string | undefined> => {
    const [name] = await store.read([reservationKey(folded)]);
    if (name === undefined) return undefined;
    const { id: holderId, at } = readName(name);
    if (holderId === id) return name.body;
    const holder = await find(holderId);
    const held = holder !== undefined && reservedNames(holder, true).includes(folded);
    return held || at > clock.now() - orphanAfterMs ? undefined : name.body;
  };

  /** The writes that remove those of these names that the store keeps for the account. */
  const removalsOf = async (id: string, names: readonly string[]): Promise<readonly Write[]> => {
    const documents = names.length > 0 ? await store.read(names.map(reservationKey)) : [];
    return names.flatMap((name, at) => {
      const document = documents[at];
      return document !== undefined && readName(document).id === id ? removeName(name, document.body) : [];
    });
  };

  const isShared = async ({ id, claims }: AccountRecord): Promise<boolean> => {
    const email = verifiedEmailOf(claims);
    return email !== undefined && (await byEmail(email)).some((other) => other.id !== id);
  };

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
    namesOf,
    insertions: (record) => namesOf(record).map((name) => insertName(name, record.id, clock.now())),
    async commit(record, names, others) {
      let writes: readonly Write[] = names.map((name) => insertName(name, record.id, clock.now()));
      for (;;) {
        try {
          return await store.commit([...writes, ...others]);
        } catch (error) {
          if (!isNameConflict(error)) throw error;
          const at = writes.findIndex(({ key }) => key.family === error.key.family);
          const [name, write] = [names[at], writes[at]];
          if (name === undefined || write === undefined) throw error;
          const expected = write.op === 'insert' ? await findOrphan(record.id, name) : undefined;
          if (write.op !== 'insert' || expected === undefined) throw taken(record, name);
          writes = writes.with(at, { ...write, op: 'replace', expected });
        }
      }
    },
    async change(before, after) {
      const [former, names] = [reservedNames(before, true), namesOf(after)];
      const dropped = former.filter((name) => !names.includes(name));
      const gained = names.filter((name) => !former.includes(name));
      await refuseSharedEmail(after, gained);
      const unreserved = await findUnreserved(
        after,
        names.filter((name) => former.includes(name)),
      );
      return { gained, unreserved, removals: await removalsOf(after.id, dropped) };
    },
    removals: (record) => removalsOf(record.id, reservedNames(record, true)),
    refuseSharedEmail,
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
  };
};
