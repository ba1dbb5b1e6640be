import { exitCode, Failure } from '../../errors.ts';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Clock, Document, Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { versionOf } from '../record-version.ts';
import { type AccountRecord, accountKey, readAccount } from './record.ts';

/** The account as a change would leave it; undefined when it is removed. It throws when the change is refused. */
type Preview = (before: AccountRecord) => AccountRecord | undefined;

/** Throws `Conflict` when the account has become an administrator since the guard was asked for, so that it is asked again. */
export type Guard = (before: AccountRecord, after: AccountRecord | undefined) => void;

/**
 * Keeps an enabled account that may administer this server. Otherwise two administrators could take the role from each
 * other at the same moment, and only a command could give it to a person again.
 */
export interface LastAdministrator {
  /** Is called before each attempt to change an account. Throws `last_administrator`. */
  guard(account: string, preview: Preview): Promise<Guard>;
  /** Throws when no one would administer this server without this group. */
  requireWithout(group: string): Promise<void>;
}

/** An account that is about to stop to be an administrator, with its version until then. */
interface Leaver {
  readonly id: string;
  readonly version: string;
  readonly at: number;
}

/**
 * Each change by which an account stops to be an administrator replaces this record first, in a commit of its own, so they
 * take turns. In one commit, a cluster could remove the account for a moment before it refuses that.
 */
interface Leaving {
  readonly accounts: readonly Leaver[];
}

const format = record<Leaving>('leavingAdministrators');
const key: Key = { kind: kinds.leavingAdministrators, family: 'leaving-administrators', id: '' };

/** The change itself takes less time than this. If it fails, the account isn't counted for as long. */
const leavingMs = 10_000;

const pageSize = 50;
const maxAttempts = 20;

const lastAdministrator = (): Failure =>
  new Failure({
    code: 'last_administrator',
    message:
      'No enabled account would administer this server any more. Give the role to another account first, or use a command on the machine of the server.',
    status: 409,
    exit: exitCode.conflict,
  });

interface Dependencies {
  readonly store: Pick<Store, 'read' | 'commit'>;
  readonly clock: Clock;
  /** The groups that give the role. */
  readonly groups: readonly string[];
  /** Pages of the accounts in a group, by the cursor of the page before. */
  readonly members: (
    group: string,
    limit: number,
    cursor: string | undefined,
  ) => Promise<{ readonly records: readonly AccountRecord[]; readonly next: string | undefined }>;
  /** Whether the configuration has an administrator, whom no change can remove. */
  readonly hasConfigured: (groups: readonly string[]) => boolean;
}

export const createLastAdministrator = ({
  store,
  clock,
  groups,
  members,
  hasConfigured,
}: Dependencies): LastAdministrator => {
  /** A membership of an upstream gives no role. */
  const isAdministrator = (
    { enabled, groups: held = [] }: Pick<AccountRecord, 'enabled' | 'groups'>,
    by = groups,
  ): boolean => enabled && held.some((name) => by.includes(name));

  const readLeaving = (document: Document | undefined): Leaving['accounts'] =>
    document === undefined
      ? []
      : format.decode(document.body).accounts.filter(({ at }) => at > clock.now() - leavingMs);

  const hasAny = async (
    by: readonly string[],
    isCounted: (account: AccountRecord) => boolean = () => true,
  ): Promise<boolean> => {
    if (hasConfigured(by)) return true;
    for (const group of by) {
      let cursor: string | undefined;
      do {
        const { records, next } = await members(group, pageSize, cursor);
        if (records.some((one) => isAdministrator(one, by) && isCounted(one))) return true;
        cursor = next;
      } while (cursor !== undefined);
    }
    return false;
  };

  /** Whether the account stops to be an administrator. */
  const stops = (before: AccountRecord, after: AccountRecord | undefined): boolean =>
    isAdministrator(before) && !(after && isAdministrator(after));

  const leaverOf = (record: AccountRecord): Leaver => ({
    id: record.id,
    version: versionOf(record),
    at: clock.now(),
  });

  const replaceLeaving = (document: Document | undefined, accounts: readonly Leaver[]): Write => {
    const body = format.encode({ accounts });
    const expiresAt = clock.now() + leavingMs;
    return document === undefined
      ? { op: 'insert', key, body, expiresAt }
      : { op: 'replace', key, body, expected: document.body, expiresAt };
  };

  return {
    async guard(account, preview) {
      for (let attempt = 1; ; attempt += 1) {
        const [document, held] = await store.read([key, accountKey(account)]);
        const before = held && readAccount(held);
        const isLeaving = before !== undefined && stops(before, preview(before));
        const guard: Guard = (now, after) => {
          if (!isLeaving && stops(now, after)) throw new Conflict(accountKey(account), 'changed');
        };
        if (!isLeaving) return guard;
        const leaving = readLeaving(document);
        const isOther = (one: AccountRecord): boolean =>
          one.id !== account &&
          !leaving.some(({ id, version }) => id === one.id && version === versionOf(one));
        if (!(await hasAny(groups, isOther))) throw lastAdministrator();
        try {
          await store.commit([replaceLeaving(document, [...leaving, leaverOf(before)])]);
          return guard;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          if (attempt === maxAttempts)
            throw new StoreUnavailable('administrators change too often', { cause: error });
        }
      }
    },
    async requireWithout(group) {
      if (!groups.includes(group)) return;
      const others = groups.filter((name) => name !== group);
      if ((await hasAny([group])) && !(await hasAny(others))) throw lastAdministrator();
    },
  };
};
