import type { Events } from '../../events.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { AccountStore } from './store.ts';

interface Dependencies {
  readonly store: Store;
  readonly stored: AccountStore;
  readonly clock: Clock;
  readonly events: Events;
  readonly withEmail: boolean;
}

/** Says that every account that was stored before sign-in by address was allowed has its address reserved. */
const marker: Key = { kind: kinds.reservedEmails, family: 'reserved-emails', id: '' };
const format = record<{ readonly at: number }>('reservedEmails');

const pageSize = 500;

/**
 * Reserves the verified addresses of accounts that are older than the setting. An address that two accounts share
 * belongs to neither: both sign in by user name, and an event names them. Without the setting addresses aren't
 * reserved, so the next time begins anew.
 */
export const createReserveEmails =
  ({ store, stored, clock, events, withEmail }: Dependencies) =>
  async (): Promise<void> => {
    const [marked] = await store.read([marker]);
    if (!withEmail) {
      if (marked) await store.commit([{ op: 'remove', key: marker }]);
      return;
    }
    if (marked) return;
    let cursor: string | undefined;
    do {
      const { records, next } = await stored.list(pageSize, cursor);
      for (const account of await stored.withoutReservation(records)) {
        if (await stored.reserveEmail(account.id)) continue;
        events.emit({ type: 'account.email_shared', outcome: 'failed', account: account.id });
      }
      cursor = next;
    } while (cursor !== undefined);
    const body = format.encode({ at: clock.now() });
    await store.commit([{ op: 'insert', key: marker, body }]).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  };
