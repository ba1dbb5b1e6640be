import type { Clock, Store } from '../../store/port.ts';
import { type Attempt, keysOf } from './attempt.ts';
import { createHolds } from './holds.ts';
import type { Bucket } from './keys.ts';

export interface Unlocked extends Pick<Attempt, 'account' | 'factor' | 'knownBy'> {
  /** Where the person may be trying from. */
  readonly addresses: readonly string[];
}

/** The person has so long to come back. */
const lifetimeMs = 15 * 60_000;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly bucket: Bucket;
}

/**
 * Forgets the failures of strangers on the account, and those that its known devices share, and gives each address one
 * attempt without a delay. The counts of the last minutes stay: an attempt that fails begins the delay again, so nothing
 * is won by asking for this often.
 */
export const createUnlock =
  ({ store, clock, bucket }: Dependencies) =>
  async ({ addresses, ...attempt }: Unlocked): Promise<void> => {
    const holds = createHolds({ store, clock });
    const now = clock.now();
    const hold = { until: now, slot: { until: now + lifetimeMs } };
    const { failures, knownDevices } = keysOf({ ...attempt, address: '', client: '' }, bucket);
    // The failures are forgotten first: a slot of the hold is good whatever their number is.
    await store.commit([
      { op: 'remove', key: failures },
      { op: 'remove', key: knownDevices },
    ]);
    for (const address of new Set(addresses)) {
      const keys = keysOf({ ...attempt, address, client: '' }, bucket);
      await Promise.all([holds.put(keys.hold, hold), holds.put(keys.knownHold, hold)]);
    }
  };
