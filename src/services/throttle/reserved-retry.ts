import { Conflict } from '#src/store/errors.ts';
import type { Clock, Document, Key, Store } from '#src/store/port.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

const second = 1000;
/** A reserved retry may still be made this long after its time. */
const expiresAfterMs = 5 * 60 * second;
/** An attempt that has no result after this time was abandoned, as when the server was too busy to check it. */
const attemptTimeoutMs = 10 * second;

/** A delay reserves one retry, so a person who waits gets one attempt whatever others did meanwhile. */
export const createReservedRetries = ({ store, clock }: { readonly store: Store; readonly clock: Clock }) => {
  const reserve = async (key: Key, delayMs: number): Promise<Verdict> => {
    const until = clock.now() + delayMs;
    try {
      await store.commit([
        { op: 'insert', key, body: JSON.stringify({ until }), expiresAt: until + expiresAfterMs },
      ]);
    } catch (error) {
      // A concurrent attempt in the same bucket made the reservation a moment ago.
      if (!(error instanceof Conflict)) throw error;
    }
    return refuse(delayMs);
  };

  const use = async (key: Key): Promise<Verdict> => {
    try {
      await store.commit([{ op: 'consume', key, at: clock.now() }]);
      return allowed;
    } catch (error) {
      // A concurrent request is using the retry.
      if (error instanceof Conflict) return refuse(second);
      throw error;
    }
  };

  return {
    reserve,
    /** The verdict on an attempt that finds this reservation; undefined when the retry was abandoned. */
    async check(key: Key, reservation: Document): Promise<Verdict | undefined> {
      const left = Number(JSON.parse(reservation.body).until) - clock.now();
      if (left > 0) return refuse(left);
      const { consumption } = reservation;
      const abandoned = consumption !== undefined && consumption.at < clock.now() - attemptTimeoutMs;
      if (!abandoned) return use(key);
      await store.commit([{ op: 'remove', key }]);
      return undefined;
    },
  };
};
