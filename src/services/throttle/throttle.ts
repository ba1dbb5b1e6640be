import type { Config } from '#config';
import type { Clock, Store } from '#src/store/port.ts';
import { bucket } from './keys.ts';
import { type Attempt, createSignInThrottle } from './sign-in-throttle.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

export interface Throttle {
  /** Whether the password of this attempt may be checked now. */
  check(attempt: Attempt): Promise<Verdict>;
  failed(attempt: Attempt): Promise<void>;
  succeeded(attempt: Attempt): Promise<void>;
  /** Counts one use of `what` by `who` in this minute. `perMinute` 0 means no limit. */
  take(what: string, who: string, perMinute: number): Promise<Verdict>;
}

interface ThrottleOptions {
  readonly store: Store;
  readonly config: { readonly security: Pick<Config['security'], 'throttle'> };
  readonly clock: Clock;
}

const minute = 60_000;

export const createThrottle = ({ store, config, clock }: ThrottleOptions): Throttle => {
  const count = async (name: string, windowMs: number): Promise<number> => {
    const [counted = 1] = await store.increment([`throttle ${name}`], windowMs);
    return counted;
  };

  return {
    ...createSignInThrottle({ store, limits: config.security.throttle, clock, count }),
    async take(what, who, perMinute) {
      if (perMinute === 0) return allowed;
      const counted = await count(`${what} ${bucket(what, who)}`, minute);
      return counted <= perMinute ? allowed : refuse(minute);
    },
  };
};
