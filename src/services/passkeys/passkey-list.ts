import { displayNameRule, isDisplayName, toDisplayName } from '../../display-name.ts';
import { Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import { Conflict } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import type { By, PasskeyList } from './passkey.ts';
import { idOf, ownerKey, passkeysKey, readPasskeys, replacePasskeys, type StoredPasskey } from './record.ts';
import { createChangePasskeys } from './record-changes.ts';
import { summaryOf } from './summary.ts';

interface Dependencies {
  readonly store: Store;
  readonly events: Events;
  readonly accounts: Pick<Accounts, 'endPendingSignIns'>;
  /** Absent for commands, which send no message. */
  readonly notices?: Notices;
}

const maxNameLength = 60;

const nameInvalid = (): Failure =>
  new Failure({
    code: 'passkey_name_invalid',
    status: 422,
    message: `The name of the passkey ${displayNameRule}.`,
  });

const removeOwner = ({ id }: StoredPasskey): Write => ({ op: 'remove', key: ownerKey(id) });

/** Removes what is left of the passkeys of an account that was removed. It can be repeated. */
export const forgetPasskeys = async (store: Store, { id: account }: Pick<Account, 'id'>): Promise<void> => {
  const [document] = await store.read([passkeysKey(account)]);
  const { passkeys } = readPasskeys(document);
  await store.commit([...passkeys.map(removeOwner), { op: 'remove', key: passkeysKey(account) }]);
};

/** What pages and commands do with passkeys that exist. It needs no keys of the server. */
export const createPasskeyList = ({ store, events, accounts, notices }: Dependencies): PasskeyList => {
  const changePasskeys = createChangePasskeys({ store, accounts });

  const read = async (account: string) => {
    const [document] = await store.read([passkeysKey(account)]);
    return readPasskeys(document);
  };

  const emit = (type: string, account: string, { notice: _, ...by }: By = {}): void =>
    events.emit({ type, outcome: 'ok', account, ...by });

  return {
    async list(account) {
      const { passkeys } = await read(account);
      return passkeys.map(summaryOf).toSorted((a, b) => b.createdAt - a.createdAt);
    },

    async rename({ id: account }, id, name, by) {
      const typed = name.trim();
      if (typed !== '' && !isDisplayName(typed)) throw nameInvalid();
      // The end may be in the middle of a picture.
      const trimmed = toDisplayName([...typed].slice(0, maxNameLength).join('')) ?? '';
      const isRenamed = await changePasskeys(account, (record) => {
        const at = record.passkeys.findIndex((passkey) => idOf(passkey) === id);
        const former = record.passkeys[at];
        if (!former) return { result: false };
        const { name: _, ...unnamed } = former;
        const renamed = trimmed === '' ? unnamed : { ...unnamed, name: trimmed };
        return { result: true, next: { ...record, passkeys: record.passkeys.with(at, renamed) } };
      });
      if (isRenamed) emit('passkey.renamed', account, by);
      return isRenamed;
    },

    async remove(owner, id, { otherWay, by }) {
      const { id: account } = owner;
      const notice = by?.notice && notices?.draft('passkey-removed', { account, ...by.notice });
      const change = Draft.commitWith((writesOf) =>
        changePasskeys<StoredPasskey | 'unknown' | 'last'>(
          account,
          (record) => {
            const removed = record.passkeys.find((passkey) => idOf(passkey) === id);
            if (!removed) return { result: 'unknown' };
            const isLast = record.passkeys.length === 1;
            if (isLast && !otherWay) return { result: 'last' };
            const passkeys = record.passkeys.filter((passkey) => passkey !== removed);
            return {
              result: removed,
              next: { ...record, passkeys },
              endsPendingSignIns: true,
              also: [...(isLast ? (otherWay ?? []) : []), ...writesOf(notice)],
            };
          },
          // An operator isn't signed in to the account.
          { signedIn: by?.notice && owner },
        ),
      );
      const outcome = await change.catch((error: unknown): 'last' => {
        // The other way was removed at the same time.
        if (error instanceof Conflict && error.key.kind === kinds.upstreamLink) return 'last';
        throw error;
      });
      if (outcome === 'unknown' || outcome === 'last') return outcome;
      // Not in the same commit: on a cluster a process may die between its parts, and without its owner a passkey that stays
      // is dead.
      await store.commit([removeOwner(outcome)]);
      emit('passkey.removed', account, by);
      return 'removed';
    },

    async keeping(account) {
      const [document] = await store.read([passkeysKey(account)]);
      const record = readPasskeys(document);
      return record.passkeys.length > 0 ? replacePasskeys(account, document, record) : undefined;
    },

    async removeAll({ id: account }, { since = 0, by } = {}) {
      const removed = await changePasskeys(account, (record) => {
        const gone = record.passkeys.filter(({ createdAt }) => createdAt >= since);
        const kept = record.passkeys.filter(({ createdAt }) => createdAt < since);
        if (gone.length === 0) return { result: gone };
        return {
          result: gone,
          next: { ...record, passkeys: kept },
          endsPendingSignIns: true,
          also: gone.map(removeOwner),
        };
      });
      for (const _ of removed) emit('passkey.removed', account, by);
      return removed.length;
    },
  };
};
