import { Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { verifiedEmailOf } from './claims.ts';
import {
  insertKept,
  insertName,
  isFormerOwner,
  isKept,
  keepName,
  nameKey,
  readName,
  removeName,
  reservationKey,
  takeName,
} from './name-record.ts';
import type { AccountRecord } from './record.ts';
import {
  addressNames,
  emailTaken,
  nameKept,
  nameNotKept,
  nameTaken,
  preferredUsernameOf,
  preferredUsernameTaken,
  publicNames,
  reservedNames,
} from './sign-in-names.ts';
import { foldUsername } from './username.ts';

/**
 * The records that give a name to one account: user names, the claim `preferred_username`, and verified addresses.
 * Accounts come from store.ts.
 */
export interface NameReservations {
  /** What is reserved for the account, the user name first. */
  namesOf(record: AccountRecord): readonly string[];
  /** The writes that reserve all names of a new account. They fail when one is taken. */
  insertions(record: AccountRecord): readonly Write[];
  /**
   * Commits names of an account together with `others`. A name takes the place of an orphaned one, and of one that is
   * kept for this account. Throws when a name belongs to another account or is kept for one, or when another account
   * takes the orphaned name first.
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
  /** The writes for all names of an account that is removed: they are kept for a while, or become free. */
  removals(record: AccountRecord): Promise<readonly Write[]>;
  /** Frees a name that is kept for an account which has left it. Throws for every other name. */
  release(name: string): Promise<void>;
  /** Throws when another account has one of these names of the record, or one is kept for another account. */
  refuseTaken(record: Owned, names: readonly string[]): Promise<void>;
  /** Accounts that were stored by former versions may have an address that isn't reserved yet. */
  refuseSharedEmail(record: AccountRecord, gained: readonly string[]): Promise<void>;
  /** The accounts of the list of which one of these names is reserved for no account. */
  withoutReservation(
    records: readonly AccountRecord[],
    select: (record: AccountRecord) => readonly string[],
  ): Promise<readonly AccountRecord[]>;
}

type Owned = Pick<AccountRecord, 'id' | 'username' | 'claims'>;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** Verified addresses are names to sign in by. */
  readonly withEmail: boolean;
  /** How long a name is kept for the account that has left it. */
  readonly keptForMs: number;
  readonly find: (id: string) => Promise<AccountRecord | undefined>;
  readonly byEmail: (address: string) => Promise<readonly AccountRecord[]>;
}

/** A name without an account that is older than this was left by a crash. A younger one may belong to an insert. */
const orphanAfterMs = 60_000;

const isNameConflict = (error: unknown): error is Conflict =>
  error instanceof Conflict && error.key.kind === kinds.accountName;

const codes: ReadonlySet<string> = new Set([
  'account_exists',
  'claim_invalid',
  'email_taken',
  'username_kept',
]);

/** Another account has the name, or it is kept for one. */
export const isNameTaken = (error: unknown): boolean => error instanceof Failure && codes.has(error.code);

/**
 * The refusal of a stored name that is kept for an account which has left it. That account may take it back, and so may
 * the owner of the mailbox that the name is the address of.
 */
export const refusalOfKept = (
  document: Document | undefined,
  { id, claims }: Owned,
  folded: string,
): Failure | undefined => {
  const name = document && readName(document);
  if (!name || !isKept(name)) return undefined;
  const mayTake = isFormerOwner(name, id) || verifiedEmailOf(claims) === folded;
  return mayTake ? undefined : nameKept(folded, name.at);
};

export const createNameReservations = ({
  store,
  clock,
  withEmail,
  keptForMs,
  find,
  byEmail,
}: Dependencies): NameReservations => {
  const namesOf = (record: AccountRecord): readonly string[] => reservedNames(record, withEmail);

  const taken = (record: Owned, folded: string): Failure => {
    if (folded === foldUsername(record.username)) return nameTaken(record.username);
    const isPreferred = folded === preferredUsernameOf(record);
    return isPreferred && !addressNames(record, withEmail).includes(folded)
      ? preferredUsernameTaken(folded)
      : emailTaken(folded);
  };

  /**
   * The stored name if the account may take it: an interrupted change has reserved it for the same account, or it is kept
   * for the account, or its account doesn't exist, or has another name, and `orphanAfterMs` have passed.
   */
  const findAvailable = async (record: AccountRecord, folded: string): Promise<string | undefined> => {
    const [name] = await store.read([reservationKey(folded)]);
    if (name === undefined) return undefined;
    const refusal = refusalOfKept(name, record, folded);
    if (refusal) throw refusal;
    const held = readName(name);
    if (held.id === record.id || isKept(held)) return name.body;
    const holder = await find(held.id);
    const isHeld = holder !== undefined && reservedNames(holder, true).includes(folded);
    return isHeld || held.at > clock.now() - orphanAfterMs ? undefined : name.body;
  };

  /**
   * The writes for those of these names that the store has for the account, which leaves them. Names by which
   * applications may know it are kept, so that the next person isn't taken for it.
   */
  const leave = async (
    before: AccountRecord,
    names: readonly string[],
    owner: string | undefined,
  ): Promise<readonly Write[]> => {
    const documents = names.length > 0 ? await store.read(names.map(reservationKey)) : [];
    const kept = keptForMs > 0 && before.demo !== true ? publicNames(before) : [];
    const until = clock.now() + keptForMs;
    return names.flatMap((name, at) => {
      const document = documents[at];
      // A claim of before such names were reserved.
      if (document === undefined) return kept.includes(name) ? insertKept(name, { until, owner }) : [];
      if (readName(document).id !== before.id) return [];
      return kept.includes(name)
        ? keepName(name, document.body, { until, owner })
        : removeName(name, document.body);
    });
  };

  const isShared = async ({ id, claims }: AccountRecord): Promise<boolean> => {
    const email = verifiedEmailOf(claims);
    return email !== undefined && (await byEmail(email)).some((other) => other.id !== id);
  };

  const refuseSharedEmail = async (record: AccountRecord, gained: readonly string[]): Promise<void> => {
    const ofAddress = addressNames(record, false).find((name) => gained.includes(name));
    if (ofAddress !== undefined && (await isShared(record))) throw emailTaken(ofAddress);
  };

  /**
   * Names that the account had before such names were reserved. An address that is shared stays as it is, and so does a
   * claim whose name another account has.
   */
  const findUnreserved = async (
    record: AccountRecord,
    unchanged: readonly string[],
  ): Promise<readonly string[]> => {
    const names = unchanged.filter((name) => name !== foldUsername(record.username));
    const documents = names.length > 0 ? await store.read(names.map(reservationKey)) : [];
    const missing = names.filter((_, at) => documents[at] === undefined);
    const ofAddress = addressNames(record, true);
    const isOfAddress = (name: string): boolean => ofAddress.includes(name);
    return missing.some(isOfAddress) && (await isShared(record))
      ? missing.filter((name) => !isOfAddress(name))
      : missing;
  };

  return {
    namesOf,
    insertions: (record) => namesOf(record).map((name) => insertName(name, record.id, clock.now())),
    async commit(record, names, others) {
      const writes = new Map<string, readonly Write[]>(
        names.map((name) => [name, [insertName(name, record.id, clock.now())]]),
      );
      const inPlace = new Set<string>();
      for (;;) {
        try {
          return await store.commit([...[...writes.values()].flat(), ...others]);
        } catch (error) {
          if (!isNameConflict(error)) throw error;
          const name = names.find((one) => reservationKey(one).family === error.key.family);
          if (name === undefined) throw error;
          const expected = inPlace.has(name) ? undefined : await findAvailable(record, name);
          if (expected === undefined) throw taken(record, name);
          inPlace.add(name);
          writes.set(name, takeName(name, record.id, clock.now(), expected));
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
      return { gained, unreserved, removals: await leave(before, dropped, before.id) };
    },
    removals: (record) => leave(record, reservedNames(record, true), undefined),
    async release(name) {
      const [document] = await store.read([nameKey(name)]);
      if (document === undefined || !isKept(readName(document))) throw nameNotKept(name);
      try {
        await store.commit(removeName(foldUsername(name), document.body));
      } catch (error) {
        // Its former owner has taken it back meanwhile, or it is free.
        if (isNameConflict(error)) throw nameNotKept(name);
        throw error;
      }
    },
    async refuseTaken(record, names) {
      const documents = names.length > 0 ? await store.read(names.map(reservationKey)) : [];
      for (const [at, name] of names.entries()) {
        const document = documents[at];
        const refusal = refusalOfKept(document, record, name);
        if (refusal) throw refusal;
        const holder = document && (await find(readName(document).id));
        if (!holder || holder.id === record.id || !reservedNames(holder, true).includes(name)) continue;
        // An account with the user name of another one is refused for that.
        const isNamesake = foldUsername(holder.username) === foldUsername(record.username);
        if (!isNamesake || name === foldUsername(record.username)) throw taken(record, name);
      }
    },
    refuseSharedEmail,
    async withoutReservation(records, select) {
      const candidates = records.flatMap((record) => select(record).map((name) => ({ record, name })));
      if (candidates.length === 0) return [];
      const documents = await store.read(candidates.map(({ name }) => reservationKey(name)));
      const found = candidates.filter(({ record: { id } }, at) => {
        const document = documents[at];
        return document === undefined || readName(document).id !== id;
      });
      return [...new Set(found.map(({ record }) => record))];
    },
  };
};
