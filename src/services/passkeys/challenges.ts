import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

/**
 * What a challenge is for, such as `['sign-in', uid of the interaction]`. The ids are those of what only one browser
 * holds, so a challenge is of no use in another one.
 */
export type ChallengePurpose = readonly [purpose: 'sign-in' | 'second-factor' | 'enrolment', ...of: string[]];

export interface Challenges {
  /** Base64url. Nothing is stored, so pages that are only looked at cost nothing. */
  issue(purpose: ChallengePurpose): string;
  /**
   * When it was issued, in milliseconds since the epoch, once for each challenge that was issued for this purpose and isn't
   * too old.
   */
  redeem(challenge: string, purpose: ChallengePurpose): Promise<number | undefined>;
}

interface Dependencies {
  readonly store: Pick<Store, 'commit'>;
  readonly clock: Clock;
  /** Newest first. */
  readonly keys: () => readonly string[];
}

const timeBytes = 6;
/** WebAuthn §13.4.3: at least 16 bytes must be random. */
const randomLength = 16;
const macBytes = 16;
const length = timeBytes + randomLength + macBytes;

/** Browsers wait without a time limit for a passkey from autofill, so a challenge lives as long as its page. */
const lifetimeMs = 3_600_000;

const macOf = (head: Buffer, purpose: ChallengePurpose, key: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify(['passkey challenge', ...purpose]))
    .update(head)
    .digest()
    .subarray(0, macBytes);

/** A challenge is its time and random bytes with a MAC over both and its purpose. Its use is stored, so it is used once. */
export const createChallenges = ({ store, clock, keys }: Dependencies): Challenges => {
  const isIssued = (bytes: Buffer, purpose: ChallengePurpose): boolean => {
    const head = bytes.subarray(0, timeBytes + randomLength);
    const mac = bytes.subarray(timeBytes + randomLength);
    return keys().some((key) => timingSafeEqual(mac, macOf(head, purpose, key)));
  };

  return {
    issue(purpose) {
      const head = Buffer.alloc(timeBytes + randomLength);
      head.writeUIntBE(clock.now(), 0, timeBytes);
      randomBytes(randomLength).copy(head, timeBytes);
      const [newest = ''] = keys();
      return Buffer.concat([head, macOf(head, purpose, newest)]).toString('base64url');
    },

    async redeem(challenge, purpose) {
      const bytes = Buffer.from(challenge, 'base64url');
      if (bytes.length !== length || bytes.toString('base64url') !== challenge) return undefined;
      const issuedAt = bytes.readUIntBE(0, timeBytes);
      const expiresAt = issuedAt + lifetimeMs;
      if (!isIssued(bytes, purpose) || expiresAt <= clock.now()) return undefined;
      const family = createHash('sha256').update(bytes).digest('base64url');
      try {
        await store.commit([
          { op: 'insert', key: { kind: kinds.usedPasskeyChallenge, family, id: '' }, body: '', expiresAt },
        ]);
        return issuedAt;
      } catch (error) {
        if (error instanceof Conflict) return undefined;
        throw error;
      }
    },
  };
};
