import { exitCode, Failure } from '../../errors.ts';
import type { Clock, Document, Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { versionOf } from '../record-version.ts';
import type { AccountRecord } from './record.ts';

/**
 * Returns what is committed with a change of an account. `after` is undefined when the account is removed. It throws
 * `last_administrator` when the change would leave no administrator.
 */
export type Guard = (before: AccountRecord, after: AccountRecord | undefined) => readonly Write[];

/**
 * Keeps an enabled account that may administer this server. Otherwise two administrators could take the role from each
 * other at the same moment, and only a command could give it to a person again.
 */
export interface LastAdministrator {
  /** Reads what the guard of one attempt decides by. */
  guard(account: string): Promise<Guard>;
  /** Throws when no one would administer this server without this group. */
  requireWithout(group: string): Promise<void>;
}

/** An account that has just stopped to be an administrator, with its version until then. */
interface Leaver {
  readonly id: string;
  readonly version: string;
  readonly at: number;
}

/** Each change by which an account stops to be an administrator replaces this record, so they take turns. */
interface Leaving {
  readonly accounts: readonly Leaver[];
}

const format = record<Leaving>('leavingAdministrators');
const key: Key = { kind: kinds.leavingAdministrators, family: 'leaving-administrators', id: '' };

/** A cluster writes this record and the account one after the other. A commit takes less than this. */
const leavingMs = 10_000;

const pageSize = 50;

const lastAdministrator = (): Failure =>
  new Failure({
    code: 'last_administrator',
    message:
      'No enabled account would administer this server any more. Give the role to another account first, or use a command on the machine of the server.',
    status: 409,
    exit: exitCode.conflict,
  });

interface Dependencies {
  readonly store: Pick<Store, 'read'>;
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

  return {
    async guard(account) {
      // The record comes first: a change that is committed after it was read makes this one fail.
      const [document] = await store.read([key]);
      const leaving = readLeaving(document);
      const isLeaving = (one: AccountRecord): boolean =>
        leaving.some(({ id, version }) => id === one.id && version === versionOf(one));
      const isLast = !(await hasAny(groups, (one) => one.id !== account && !isLeaving(one)));
      return (before, after) => {
        if (!isAdministrator(before) || (after && isAdministrator(after))) return [];
        if (isLast) throw lastAdministrator();
        const now = clock.now();
        const leaver = { id: account, version: versionOf(before), at: now };
        const body = format.encode({ accounts: [...leaving, leaver] });
        const expiresAt = now + leavingMs;
        return [
          document === undefined
            ? { op: 'insert', key, body, expiresAt }
            : { op: 'replace', key, body, expected: document.body, expiresAt },
        ];
      };
    },
    async requireWithout(group) {
      if (!groups.includes(group)) return;
      const others = groups.filter((name) => name !== group);
      if ((await hasAny([group])) && !(await hasAny(others))) throw lastAdministrator();
    },
  };
};
