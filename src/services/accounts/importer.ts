import { exitCode, Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { type Groups, groupNotFound } from '../groups/index.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { ImportAccount, Importer, ImportOptions, ImportResult } from './contract.ts';
import { isKept, nameKey, readName, reservationKey } from './name-record.ts';
import { refusalOfKept } from './name-reservations.ts';
import type { NewRecord } from './new-account-record.ts';
import { type AccountRecord, accountKey, readAccount } from './record.ts';
import type { RoleGroups } from './role-groups.ts';
import {
  emailTaken,
  nameTaken,
  preferredUsernameOf,
  preferredUsernameTaken,
  publicNames,
  withoutMark,
} from './sign-in-names.ts';
import type { AccountStore } from './store.ts';
import { foldUsername } from './username.ts';

interface Dependencies {
  readonly store: Store;
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly groups: Pick<Groups, 'find' | 'require'>;
  readonly roleGroups: RoleGroups;
  /** Returns the ids that belong to a client. */
  readonly findClientIds: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Checks everything about a new account and builds its record. */
  readonly newRecord: NewRecord;
}

/** What fits a store key on every store, a token and a command line. */
const subjectPattern = /^[A-Za-z0-9_.~|:@+][A-Za-z0-9_.~|:@+-]{0,127}$/;

const refuse = (code: string, message: string): Failure =>
  new Failure({ code, message, status: 422, exit: exitCode.usage });

const subjectTaken = (sub: string): Failure =>
  new Failure({
    code: 'account_exists',
    message: `Another account has the sub ${sub} already; leave the sub out, or import into another store.`,
    status: 409,
    exit: exitCode.conflict,
  });

/** RFC 9068 §5: an API would take a token that the client got for itself for one of the person. */
const subjectOfClient = (sub: string): Failure =>
  refuse(
    'sub_of_client',
    `The sub ${sub} is the id of a client; leave the sub out, or give the client another id.`,
  );

/** Whether an account that exists is the one that would be imported, so that an import can be run again. */
const isSame = (existing: AccountRecord, { sub }: ImportAccount, record: AccountRecord): boolean =>
  sub === undefined
    ? existing.hash === record.hash && JSON.stringify(existing.claims) === JSON.stringify(record.claims)
    : existing.id === sub;

/**
 * Adds many accounts, a batch in one commit. An account that an earlier run has added is passed over, so an import that
 * was interrupted is run again. With `dryRun` everything is checked and nothing is written.
 */
export const createImporter =
  ({ store, stored, configured, groups, roleGroups, findClientIds, newRecord }: Dependencies) =>
  ({ dryRun, newGroups = [], ...right }: ImportOptions): Importer => {
    const seenNames = new Set<string>();
    const seenSubjects = new Set<string>();
    const knownGroups = new Map<string, Promise<boolean>>(
      newGroups.map((name) => [name, Promise.resolve(true)]),
    );

    const isGroup = (name: string): Promise<boolean> => {
      let known = knownGroups.get(name);
      if (!known) {
        known = groups.find(name).then((group) => group !== undefined);
        knownGroups.set(name, known);
      }
      return known;
    };

    const toRecord = async (account: ImportAccount): Promise<AccountRecord> => {
      const { sub, disabled, required = [], ...rest } = account;
      if (sub !== undefined && !subjectPattern.test(sub))
        throw refuse('sub_invalid', 'A sub has 1 to 128 letters, digits and signs of ._~|:@+-.');
      roleGroups.refuseChange({}, { groups: rest.groups ?? [] }, right);
      const record = await newRecord(rest);
      for (const name of record.groups ?? []) if (!(await isGroup(name))) throw groupNotFound(name);
      if (sub !== undefined && configured.byId.has(sub)) throw subjectTaken(sub);
      return {
        ...record,
        ...(sub !== undefined && { id: sub }),
        ...(disabled === true && { enabled: false }),
        ...(required.length > 0 && { required }),
      };
    };

    /** A name or subject that came before in the same import. */
    const refuseSecond = (record: AccountRecord): void => {
      const { id, username } = record;
      const preferred = preferredUsernameOf(record);
      if (preferred !== undefined && seenNames.has(preferred)) throw preferredUsernameTaken(preferred);
      const names = stored.namesOf(record);
      const second = names.find((name) => seenNames.has(name));
      if (second === foldUsername(username))
        throw refuse('account_twice', `The user name ${username} appears twice; each needs its own.`);
      if (second !== undefined)
        throw refuse(
          'account_twice',
          `The verified address ${withoutMark(second)} appears twice; each needs its own.`,
        );
      if (seenSubjects.has(id))
        throw refuse('account_twice', `The sub ${id} appears twice; each needs its own.`);
      for (const name of names) seenNames.add(name);
      seenSubjects.add(id);
    };

    /** Verified addresses that other accounts sign in by. */
    const findTakenEmails = async (records: readonly AccountRecord[]): Promise<ReadonlySet<string>> => {
      const emails = records.flatMap((record) => stored.addressNamesOf(record));
      const documents = emails.length > 0 ? await store.read(emails.map(reservationKey)) : [];
      const taken = emails.filter((_, at) => {
        const document = documents[at];
        // A name that is kept goes to the owner of the address.
        return document !== undefined && !isKept(readName(document));
      });
      const isOfConfiguration = (name: string): boolean =>
        withoutMark(name) === name
          ? configured.byName(name) !== undefined
          : configured.hasEmail(withoutMark(name));
      return new Set([...taken, ...emails.filter(isOfConfiguration)]);
    };

    /**
     * The accounts that have the names and subjects of these records, in two round trips, and why a name can't be had
     * though no account has it as its user name.
     */
    const findExisting = async (records: readonly AccountRecord[]) => {
      const names = await store.read(records.map(({ username }) => nameKey(username)));
      const holders = names.map((name) => (name ? readName(name).id : 'unknown'));
      const documents = await store.read([
        ...holders.map(accountKey),
        ...records.map(({ id }) => accountKey(id)),
      ]);
      return records.map((record, at) => {
        const { username } = record;
        const [byName, bySubject] = [documents[at], documents[records.length + at]].map(
          (document) => document && readAccount(document),
        );
        const folded = foldUsername(username);
        const isClaimed = byName !== undefined && publicNames(byName).slice(1).includes(folded);
        const refusal = isClaimed ? nameTaken(username) : refusalOfKept(names[at], record, folded);
        const holdsName = byName && foldUsername(byName.username) === folded;
        return { byName: holdsName ? byName : undefined, bySubject, refusal };
      });
    };

    const addAll = async (records: readonly AccountRecord[]): Promise<void> => {
      const names = new Set(records.flatMap((record) => record.groups ?? []));
      const conditions: readonly Write[] = await groups.require([...names]);
      await store.commit([...conditions, ...records.flatMap((record) => stored.insertions(record))]);
    };

    /** After a lost race each account is added alone, so that only those concerned are refused. */
    const addEach = async (records: readonly AccountRecord[]): Promise<readonly ImportResult[]> => {
      const results: ImportResult[] = [];
      for (const record of records) {
        try {
          await stored.insert(record, () => groups.require(record.groups ?? []));
          results.push({ outcome: 'added' });
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          results.push({ outcome: 'refused', message: error.message });
        }
      }
      return results;
    };

    return async (accounts) => {
      const results = new Array<ImportResult>(accounts.length);
      const candidates: {
        readonly at: number;
        readonly account: ImportAccount;
        readonly record: AccountRecord;
      }[] = [];
      for (const [at, account] of accounts.entries()) {
        try {
          const record = await toRecord(account);
          refuseSecond(record);
          candidates.push({ at, account, record });
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          results[at] = { outcome: 'refused', message: error.message };
        }
      }
      const existing = await findExisting(candidates.map(({ record }) => record));
      const ofClients = await findClientIds(candidates.flatMap(({ account: { sub } }) => sub ?? []));
      const takenEmails = await findTakenEmails(candidates.map(({ record }) => record));
      const added = candidates.filter(({ at, account, record }, index) => {
        const { byName, bySubject, refusal } = existing[index] ?? {};
        const email = stored.addressNamesOf(record).find((name) => takenEmails.has(name));
        if (byName && isSame(byName, account, record)) results[at] = { outcome: 'unchanged' };
        else if (ofClients.has(record.id))
          results[at] = { outcome: 'refused', message: subjectOfClient(record.id).message };
        else if (byName) results[at] = { outcome: 'refused', message: nameTaken(record.username).message };
        else if (email !== undefined)
          results[at] = { outcome: 'refused', message: emailTaken(email).message };
        else if (bySubject) results[at] = { outcome: 'refused', message: subjectTaken(record.id).message };
        else if (refusal) results[at] = { outcome: 'refused', message: refusal.message };
        return results[at] === undefined;
      });
      const records = added.map(({ record }) => record);
      let outcomes: readonly ImportResult[] = records.map(() => ({ outcome: 'added' }));
      if (!dryRun && records.length > 0) {
        try {
          await addAll(records);
        } catch (error) {
          if (
            !(error instanceof Conflict || error instanceof Failure) ||
            ('status' in error && error.status === 503)
          )
            throw error;
          outcomes = await addEach(records);
        }
      }
      for (const [index, { at }] of added.entries()) results[at] = outcomes[index] ?? { outcome: 'added' };
      return results;
    };
  };
