import { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Key, Store, Write } from '../../store/port.ts';
import { readRecord } from '../../store/record.ts';

const second = 1000;
/** A person may be this late and still gets the attempt, if there is a slot. */
const expiresAfterMs = 5 * 60 * second;
/** An attempt without a result after this long was given up, as when the server was too busy to check the password. */
const attemptTimeoutMs = 10 * second;

/** Delays the next attempt of one origin on one account. */
interface Hold {
  readonly until: number;
  /** A slot of the account that is reserved for this attempt. */
  readonly slot?: ReservedSlot;
}

export interface ReservedSlot {
  readonly until: number;
  /** The slot is void when there were more failures since it was reserved. */
  readonly afterFailures?: number;
}

/**
 * - `none`: nothing holds the attempt up.
 * - `wait`: it is too early, or another request is making the attempt.
 * - `due`: one attempt may be made, which `use` starts.
 */
type HoldState =
  | { readonly is: 'none' }
  | { readonly is: 'wait'; readonly waitMs: number }
  | { readonly is: 'due'; readonly slot: ReservedSlot | undefined };

export const createHolds = ({ store, clock }: { readonly store: Store; readonly clock: Clock }) => {
  const contentOf = (hold: Hold) => ({
    body: JSON.stringify(hold),
    expiresAt: Math.max(hold.until, hold.slot?.until ?? 0) + expiresAfterMs,
  });
  const putWrite = (key: Key, hold: Hold): Write => ({ op: 'put', key, ...contentOf(hold) });

  /** Whether no request at the same time did the same. */
  const wins = async (write: Write): Promise<boolean> => {
    try {
      await store.commit([write]);
      return true;
    } catch (error) {
      if (error instanceof Conflict) return false;
      throw error;
    }
  };

  return {
    async read(key: Key, document: Document | undefined): Promise<HoldState> {
      if (!document) return { is: 'none' };
      const now = clock.now();
      const { until, slot }: Hold = readRecord('loginHold', () => JSON.parse(document.body));
      if (until > now) return { is: 'wait', waitMs: until - now };
      const { consumption } = document;
      if (!consumption) return { is: 'due', slot: slot && slot.until > now ? slot : undefined };
      if (consumption.at >= now - attemptTimeoutMs) return { is: 'wait', waitMs: second };
      await store.commit([{ op: 'remove', key }]);
      return { is: 'none' };
    },
    use: (key: Key): Promise<boolean> => wins({ op: 'consume', key, at: clock.now() }),
    insert: (key: Key, until: number): Promise<boolean> =>
      wins({ op: 'insert', key, ...contentOf({ until }) }),
    put: (key: Key, hold: Hold): Promise<void> => store.commit([putWrite(key, hold)]),
    putWrite,
  };
};
