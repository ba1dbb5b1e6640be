import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import type { Account } from '../accounts/index.ts';
import type { NoticeKind, Notices } from '../notices/index.ts';
import type { Change, ChangeFactors, WhileSignedIn } from './change.ts';
import type { By } from './factor.ts';
import type { FactorsRecord } from './record.ts';

interface Changer extends WhileSignedIn {
  readonly account: Account;
  readonly by: By | undefined;
}

/** Changes that the owner of an account hears of, and that the audit record names. */
export interface OwnerChanges {
  /** Applies a change, and commits a message about it together with what it writes. */
  make<T>(kind: NoticeKind, changer: Changer, change: (factors: FactorsRecord) => Change<T>): Promise<T>;
  emit(type: string, account: Account, factor: 'authenticator' | 'recovery', by?: By): void;
}

interface Dependencies {
  readonly changeFactors: ChangeFactors;
  readonly events: Events;
  /** Without it, no message is sent. */
  readonly notices: Notices | undefined;
}

export const createOwnerChanges = ({ changeFactors, events, notices }: Dependencies): OwnerChanges => ({
  make(kind, { account, by, ...whileSignedIn }, change) {
    const notice = notices?.draft(kind, { account: account.id, ...by?.request });
    return Draft.commitWith((writesOf) =>
      changeFactors(
        account,
        (factors) => {
          const changed = change(factors);
          return changed.next
            ? { ...changed, also: [...(changed.also ?? []), ...writesOf(notice)] }
            : changed;
        },
        whileSignedIn,
      ),
    );
  },
  emit: (type, { id }, factor, { request: _, ...by } = {}) =>
    events.emit({ type, outcome: 'ok', account: id, ...by, details: { factor } }),
});
