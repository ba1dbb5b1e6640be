import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import { type Attempt, keysOf } from './attempt.ts';
import type { Count, CountAddress } from './count.ts';
import type { Bucket } from './keys.ts';
import { createKnownAttempts } from './known-attempts.ts';
import { generationOf } from './known-origin.ts';
import { createStrangerAttempts } from './stranger-attempts.ts';
import type { SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly limits: Config['security']['throttle'];
  readonly clock: Clock;
  readonly bucket: Bucket;
  readonly count: Count;
  readonly countAddress: CountAddress;
}

/** The rules of index.ts, in their order. */
export const createSignInThrottle = ({ bucket, ...dependencies }: Dependencies) => {
  const knownAttempts = createKnownAttempts(dependencies);
  const strangerAttempts = createStrangerAttempts(dependencies);

  return async (attempt: Attempt): Promise<SignInVerdict> => {
    const keys = keysOf(attempt, bucket);
    const [known, knownHold, hold, failures] = await dependencies.store.read([
      keys.known,
      keys.knownHold,
      keys.hold,
      keys.failures,
    ]);
    const documents = { known, knownHold, hold, failures };
    const isDevice = attempt.device !== undefined;
    const generation = generationOf(known, isDevice);
    return generation === undefined
      ? strangerAttempts.check({ address: attempt.address, keys, documents })
      : knownAttempts.check({ keys, documents, generation, isDevice });
  };
};
