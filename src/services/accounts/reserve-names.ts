import type { Events } from '../../events.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { AccountStore, NameSort } from './store.ts';

interface Dependencies {
  readonly store: Store;
  readonly stored: AccountStore;
  readonly clock: Clock;
  readonly events: Events;
  /** Verified addresses are names to sign in by. */
  readonly withEmail: boolean;
}

interface Sort {
  readonly sort: NameSort;
  /** Says that the names of every account that was stored before are reserved. */
  readonly marker: Key;
  /** The event that names an account of which another one has the name. */
  readonly event: string;
}

const markerOf = (family: string): Key => ({ kind: kinds.reservedEmails, family, id: '' });
const addresses: Sort = {
  sort: 'address',
  marker: markerOf('reserved-emails'),
  event: 'account.email_shared',
};
const claims: Sort = {
  sort: 'preferred_username',
  marker: markerOf('preferred-usernames'),
  event: 'account.preferred_username_shared',
};

const format = record<{ readonly at: number }>('reservedEmails');

const pageSize = 500;

/**
 * Reserves the names of accounts that a former version has stored, or that are older than sign-in by address. A name that
 * two accounts share is left to the first one, and an address to neither; an event names the others. Without sign-in by
 * address no address is a name, so the next time begins anew.
 */
export const createReserveNames = ({ store, stored, clock, events, withEmail }: Dependencies) => {
  const reserveAll = async ({ sort, marker, event }: Sort): Promise<void> => {
    let cursor: string | undefined;
    do {
      const { records, next } = await stored.list(pageSize, cursor);
      for (const account of await stored.withoutReservation(records, sort)) {
        if (await stored.reserve(account.id, sort)) continue;
        events.emit({ type: event, outcome: 'failed', account: account.id });
      }
      cursor = next;
    } while (cursor !== undefined);
    const body = format.encode({ at: clock.now() });
    await store.commit([{ op: 'insert', key: marker, body }]).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  };

  return async (): Promise<void> => {
    const [ofAddresses, ofClaims] = await store.read([addresses.marker, claims.marker]);
    if (!withEmail && ofAddresses) await store.commit([{ op: 'remove', key: addresses.marker }]);
    if (withEmail && !ofAddresses) await reserveAll(addresses);
    if (!ofClaims) await reserveAll(claims);
  };
};
