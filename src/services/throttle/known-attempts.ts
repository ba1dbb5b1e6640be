import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import type { AttemptDocuments, AttemptKeys } from './attempt.ts';
import type { CountAddress, CountAll } from './count.ts';
import {
  areTooMany,
  failedTooOften,
  forgetAttemptsOfDevices,
  generationOfDevices,
  recordFailureOfDevices,
} from './devices-together.ts';
import { createHolds } from './holds.ts';
import { generationOf, knownAfterSuccess, recordKnownFailure } from './known-origin.ts';
import { attemptWindowMs, ownDelay } from './own-delay.ts';
import { refuse, type SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly limits: Config['security']['throttle'];
  readonly clock: Clock;
  readonly countAll: CountAll;
  readonly countAddress: CountAddress;
}

interface KnownAttempt {
  readonly address: string;
  readonly keys: AttemptKeys;
  readonly documents: AttemptDocuments;
  readonly isDevice: boolean;
}

const second = 1000;
/** A device or address that the account signed in from waits for its own failures only. */
export const createKnownAttempts = ({ store, limits, clock, countAll, countAddress }: Dependencies) => {
  const holds = createHolds({ store, clock });

  /** `ofDevices`: how many attempts the known devices of the account have made lately, with this one. */
  const allow = ({ address, keys, documents, isDevice }: KnownAttempt, ofDevices: number): SignInVerdict => {
    const devices = { clock, document: documents.knownDevices };
    return {
      allowed: true,
      async failed() {
        await Promise.all([
          recordKnownFailure(store, keys.known, { clock, document: documents.known, isDevice }),
          isDevice && recordFailureOfDevices(store, keys.knownDevices, devices),
          countAddress('address', address, limits.sign_in_per_address),
        ]);
        if (documents.knownHold) await store.commit([{ op: 'remove', key: keys.knownHold }]);
      },
      async succeeded() {
        await store.commit([{ op: 'remove', key: keys.knownHold }, knownAfterSuccess(keys.known, clock)]);
        await forgetAttemptsOfDevices(store, keys.knownDevices, { ...devices, attempts: ofDevices });
      },
    };
  };

  return {
    /** Undefined for the attempt of a stranger. */
    async check(attempt: KnownAttempt): Promise<SignInVerdict | undefined> {
      const { keys, documents, isDevice } = attempt;
      const generation = generationOf(documents.known, isDevice);
      if (generation === undefined || failedTooOften(documents.knownDevices)) return undefined;
      const wait = (delayMs: number): SignInVerdict => ({ ...refuse(delayMs), isKnownDevice: isDevice });
      const held = await holds.read(keys.knownHold, documents.knownHold);
      if (held.is === 'wait') return wait(held.waitMs);
      if (held.is === 'due') return (await holds.use(keys.knownHold)) ? allow(attempt, 0) : wait(second);

      const [attempts = 1, ofDevices = 0] = await countAll(
        [
          `known ${keys.origin} ${generation}`,
          ...(isDevice ? [`known ${keys.devices} ${generationOfDevices(documents.knownDevices)}`] : []),
        ],
        attemptWindowMs,
      );
      const delay = ownDelay(limits, attempts);
      if (delay === 0) return areTooMany(ofDevices) ? undefined : allow(attempt, ofDevices);
      // When a concurrent attempt placed the hold, that one decides.
      await holds.insert(keys.knownHold, clock.now() + delay);
      return wait(delay);
    },
  };
};
