import type { Config } from '#config';
import type { Clock, Store } from '../../store/port.ts';
import type { AttemptDocuments, AttemptKeys } from './attempt.ts';
import type { Count } from './count.ts';
import { createHolds } from './holds.ts';
import { knownAfterSuccess, recordKnownFailure } from './known-origin.ts';
import { attemptWindowMs, ownDelay } from './own-delay.ts';
import { refuse, type SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly limits: Config['security']['throttle'];
  readonly clock: Clock;
  readonly count: Count;
}

interface KnownAttempt {
  readonly keys: AttemptKeys;
  readonly documents: AttemptDocuments;
  readonly generation: string;
  readonly isDevice: boolean;
}

const second = 1000;
/** A device or address that the account signed in from waits for its own failures only. */
export const createKnownAttempts = ({ store, limits, clock, count }: Dependencies) => {
  const holds = createHolds({ store, clock });

  const allow = ({ keys, documents, isDevice }: KnownAttempt): SignInVerdict => ({
    allowed: true,
    async failed() {
      await recordKnownFailure(store, keys.known, { clock, document: documents.known, isDevice });
      if (documents.knownHold) await store.commit([{ op: 'remove', key: keys.knownHold }]);
    },
    succeeded: () =>
      store.commit([{ op: 'remove', key: keys.knownHold }, knownAfterSuccess(keys.known, clock)]),
  });

  return {
    async check(attempt: KnownAttempt): Promise<SignInVerdict> {
      const { keys, documents, generation, isDevice } = attempt;
      const wait = (delayMs: number): SignInVerdict => ({ ...refuse(delayMs), isKnownDevice: isDevice });
      const held = await holds.read(keys.knownHold, documents.knownHold);
      if (held.is === 'wait') return wait(held.waitMs);
      if (held.is === 'due') return (await holds.use(keys.knownHold)) ? allow(attempt) : wait(second);

      const attempts = await count(`known ${keys.origin} ${generation}`, attemptWindowMs);
      const delay = ownDelay(limits, attempts);
      if (delay === 0) return allow(attempt);
      // When a concurrent attempt placed the hold, that one decides.
      await holds.insert(keys.knownHold, clock.now() + delay);
      return wait(delay);
    },
  };
};
