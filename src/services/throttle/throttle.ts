import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import type { Attempt } from './attempt.ts';
import { createCheckCode } from './code-attempts.ts';
import { createCount, createCountAddress, createCountAll } from './count.ts';
import { createBuckets } from './keys.ts';
import { type CheckNetwork, createCheckNetwork } from './network-failures.ts';
import { createSignInThrottle } from './sign-in-throttle.ts';
import { createUnlock, type Unlocked } from './unlock.ts';
import { allowed, refuse, type SignInVerdict, type Verdict } from './verdict.ts';

export interface Throttle {
  /** Asked before the password is checked. */
  check(attempt: Attempt): Promise<SignInVerdict>;
  /** Asked before a code of a few digits is checked. */
  checkCode(attempt: Attempt): Promise<SignInVerdict>;
  /** Counts one use of `what` by `who` in this minute, or in another window. A limit of 0 means no limit. */
  take(what: string, who: string, limit: number, windowMs?: number): Promise<Verdict>;
  /** The same for an address. An IPv6 address is counted with its /64 and with its /48. */
  takeByAddress(what: string, address: string, perMinute: number): Promise<Verdict>;
  /** The same as `check` for what belongs to no account: failures count for the network. */
  checkNetwork: CheckNetwork;
  /** Ends the delays of an account, for a person who is kept out by their own failures or by those of others. */
  unlock(unlocked: Unlocked): Promise<void>;
}

interface ThrottleOptions {
  readonly store: Store;
  readonly config: { readonly security: Pick<Config['security'], 'throttle'> };
  readonly clock: Clock;
  /** The same on all processes. Attackers must not know it. */
  readonly secret: () => string;
}

const minute = 60_000;

export const createThrottle = ({ store, config, clock, secret }: ThrottleOptions): Throttle => {
  const bucket = createBuckets(secret);
  const count = createCount(store);
  const countAddress = createCountAddress(count, bucket);
  const limits = config.security.throttle;

  const check = createSignInThrottle({
    store,
    limits,
    clock,
    bucket,
    count,
    countAll: createCountAll(store),
    countAddress,
  });

  return {
    check,
    checkCode: createCheckCode({
      store,
      bucket,
      check,
      checkNetwork: createCheckNetwork({ store, limits, clock, bucket }),
    }),
    async take(what, who, limit, windowMs = minute) {
      if (limit === 0) return allowed;
      const counted = await count(`${what} ${bucket(what, who)}`, windowMs);
      return counted <= limit ? allowed : refuse(windowMs);
    },
    takeByAddress: async (what, address, perMinute) =>
      (await countAddress(what, address, perMinute)) ? allowed : refuse(minute),
    checkNetwork: createCheckNetwork({ store, limits, clock, bucket, countAddress }),
    unlock: createUnlock({ store, clock, bucket }),
  };
};
