import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import type { AttemptDocuments, AttemptKeys } from './attempt.ts';
import type { Count, CountAddress } from './count.ts';
import { type FailureRecord, isNewcomer, readFailures, recordFailure } from './failure-record.ts';
import { createHolds, type ReservedSlot } from './holds.ts';
import { knownAfterSuccess } from './known-origin.ts';
import { attemptWindowMs, ownDelay } from './own-delay.ts';
import { type Slot, spacingFor, turnsOf } from './turns.ts';
import { refuse, type SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly limits: Config['security']['throttle'];
  readonly clock: Clock;
  readonly count: Count;
  readonly countAddress: CountAddress;
}

interface StrangerAttempt {
  readonly address: string;
  readonly keys: AttemptKeys;
  readonly documents: AttemptDocuments;
}

const second = 1000;
const minute = 60 * second;

const isValid = ({ afterFailures }: ReservedSlot, { failures }: FailureRecord): boolean =>
  afterFailures === undefined || afterFailures === failures;

const wait = (delayMs: number): SignInVerdict => ({ ...refuse(delayMs), isKnownDevice: false });

/** All other attempts wait for a turn among the strangers to the account. */
export const createStrangerAttempts = ({ store, limits, clock, count, countAddress }: Dependencies) => {
  const holds = createHolds({ store, clock });

  const allow = ({ keys, documents }: StrangerAttempt): SignInVerdict => ({
    allowed: true,
    async failed() {
      const { site } = keys;
      const record = await recordFailure(store, keys.failures, {
        clock,
        document: documents.failures,
        site,
      });
      const spacing = spacingFor(record, isNewcomer(record, site));
      // The next turn is for others.
      if (spacing > 0) await holds.put(keys.hold, { until: clock.now() + 2 * spacing });
      else if (documents.hold) await store.commit([{ op: 'remove', key: keys.hold }]);
    },
    succeeded: () =>
      store.commit([
        { op: 'remove', key: keys.hold },
        { op: 'remove', key: keys.failures },
        knownAfterSuccess(keys.known, clock),
      ]),
  });

  const take = async ({ counter, capacity, until }: Slot): Promise<boolean> =>
    capacity === Number.POSITIVE_INFINITY || (await count(counter, until - clock.now())) <= capacity;

  return {
    async check(attempt: StrangerAttempt): Promise<SignInVerdict> {
      const { address, keys, documents } = attempt;
      const held = await holds.read(keys.hold, documents.hold);
      if (held.is === 'wait') return wait(held.waitMs);
      const isDue = held.is === 'due';
      const record = readFailures(documents.failures);
      if (isDue && held.slot && isValid(held.slot, record)) {
        return (await holds.use(keys.hold)) ? allow(attempt) : wait(second);
      }

      if (!(await countAddress('address', address, limits.sign_in_per_address))) return wait(minute);

      /** Whether this attempt may decide when the next one comes. Of concurrent attempts one may. */
      const hold = (until: number): Promise<boolean> =>
        isDue ? holds.put(keys.hold, { until }).then(() => true) : holds.insert(keys.hold, until);

      let earlierAttempts = 0;
      if (isDue) {
        if (!(await holds.use(keys.hold))) return wait(second);
      } else {
        const attempts = await count(`pair ${keys.pair}`, attemptWindowMs);
        const delay = ownDelay(limits, attempts);
        if (delay > 0) {
          await hold(clock.now() + delay);
          return wait(delay);
        }
        earlierAttempts = attempts - 1;
      }

      const now = clock.now();
      const { open, nextAt, reservable } = turnsOf({
        record,
        newcomer: isNewcomer(record, keys.site, earlierAttempts),
        counters: `account ${keys.account}`,
        perMinute: limits.sign_in_per_account,
        now,
      });
      if (!open || !(await take(open))) {
        // The hold comes before the slot: otherwise attempts at the same time would take a slot each.
        if ((await hold(nextAt)) && reservable && (await take(reservable))) {
          const { until, afterFailures } = reservable;
          await holds.put(keys.hold, {
            until: nextAt,
            slot: { until, ...(afterFailures !== undefined && { afterFailures }) },
          });
        }
        return wait(nextAt - now);
      }

      // Counted last. Otherwise one address or account could make everyone wait who comes through this client.
      const perClient = limits.sign_in_per_client;
      if (perClient > 0 && (await count(`client ${keys.client}`, minute)) > perClient) {
        await hold(now + minute);
        return wait(minute);
      }
      return allow(attempt);
    },
  };
};
