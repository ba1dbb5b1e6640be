import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import { type Attempt, keysOf } from './attempt.ts';
import type { Count, CountAddress, CountAll } from './count.ts';
import type { Bucket } from './keys.ts';
import { createKnownAttempts } from './known-attempts.ts';
import { createStrangerAttempts } from './stranger-attempts.ts';
import type { SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly limits: Config['security']['throttle'];
  readonly clock: Clock;
  readonly bucket: Bucket;
  readonly count: Count;
  readonly countAll: CountAll;
  readonly countAddress: CountAddress;
}

/** The rules of index.ts, in their order. */
export const createSignInThrottle = ({ bucket, ...dependencies }: Dependencies) => {
  const knownAttempts = createKnownAttempts(dependencies);
  const strangerAttempts = createStrangerAttempts(dependencies);

  return async (attempt: Attempt): Promise<SignInVerdict> => {
    const keys = keysOf(attempt, bucket);
    const isDevice = attempt.device !== undefined;
    const [known, knownHold, hold, failures, knownDevices] = await dependencies.store.read([
      keys.known,
      keys.knownHold,
      keys.hold,
      keys.failures,
      ...(isDevice ? [keys.knownDevices] : []),
    ]);
    const documents = { known, knownHold, knownDevices, hold, failures };
    const { address } = attempt;
    const verdict = await knownAttempts.check({ address, keys, documents, isDevice });
    return verdict ?? strangerAttempts.check({ address, keys, documents });
  };
};
