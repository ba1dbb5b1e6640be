import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import type { CountAddress } from './count.ts';
import { forgetFailuresOf, readFailures, recordFailure } from './failure-record.ts';
import { createHolds } from './holds.ts';
import { type Bucket, throttleKey } from './keys.ts';
import { siteOf } from './network.ts';
import { type Refused, refuse } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly limits: Pick<Config['security']['throttle'], 'sign_in_per_address'>;
  readonly clock: Clock;
  readonly bucket: Bucket;
  /** The limit of the address. Without it, another rule has to count the attempts. */
  readonly countAddress?: CountAddress;
}

/** With `allowed`, one of the functions is called: `release` if nothing was checked. */
type NetworkVerdict =
  | { readonly allowed: true; failed(): Promise<void>; succeeded(): Promise<void>; release(): Promise<void> }
  | Refused;

/**
 * Asked before something is checked that belongs to no account, such as the code of a sign-up, or before a code of an
 * `account`, which is its bucket.
 */
export type CheckNetwork = (what: string, address: string, account?: string) => Promise<NetworkVerdict>;

const second = 1000;
const minute = 60 * second;
const freeFailures = 20;
const firstSpacing = 15 * second;
const maxSpacing = 10 * minute;

/** The time between two attempts after so many failures. */
const spacingAfter = (failures: number): number =>
  failures < freeFailures
    ? 0
    : Math.min(firstSpacing * 2 ** Math.min(failures - freeFailures, 10), maxSpacing);

/**
 * What a network guesses counts for it alone: it has the limit of its address, and after 20 failures one attempt at a time.
 * A success takes back the failures of its account, which guessed nothing of others. It leaves all others, because an
 * attacker can have a success at will.
 */
export const createCheckNetwork = ({
  store,
  limits,
  clock,
  bucket,
  countAddress,
}: Dependencies): CheckNetwork => {
  const holds = createHolds({ store, clock });

  return async (what, address, account) => {
    // Shares no record with an account.
    const id = `network-${bucket(what, siteOf(address))}`;
    const holdKey = throttleKey('loginHold', id);
    const failuresKey = throttleKey('accountFailures', id);
    const [heldDocument, document] = await store.read([holdKey, failuresKey]);

    const allow = (isHeld: boolean): NetworkVerdict => {
      const release = async () => {
        if (isHeld) await store.commit([{ op: 'remove', key: holdKey }]);
      };
      return {
        allowed: true,
        async failed() {
          // The next attempt finds the failure, and waits for it.
          await recordFailure(store, failuresKey, { clock, document, site: account ?? '' });
          await release();
        },
        async succeeded() {
          if (account !== undefined) await forgetFailuresOf(account, { store, key: failuresKey, document });
          await release();
        },
        release,
      };
    };

    const held = await holds.read(holdKey, heldDocument);
    if (held.is === 'wait') return refuse(held.waitMs);
    if (countAddress && !(await countAddress('address', address, limits.sign_in_per_address)))
      return refuse(minute);
    if (held.is === 'due') return (await holds.use(holdKey)) ? allow(true) : refuse(second);

    const { failures, last } = readFailures(document);
    const spacing = spacingAfter(failures);
    if (spacing === 0) return allow(false);
    // Of attempts at the same time, one places the hold.
    const now = clock.now();
    const until = Math.max(now, last + spacing);
    const isPlaced = await holds.insert(holdKey, until);
    if (until > now) return refuse(until - now);
    return isPlaced && (await holds.use(holdKey)) ? allow(true) : refuse(second);
  };
};
