/**
 * Owns codes of six digits that a person reads in a message and types in the browser that asked for them. What a code is
 * for, and how it is bound to the browser, belongs to the feature that sends it: it keeps an id where only that browser
 * leads, such as under the id of an interaction.
 *
 * A code is derived from the id and a secret of the server, so the store holds no code, and a message that is sent twice
 * has the same one. Tries are counted in the store: of any number of parallel ones, five are looked at.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Store } from '../../store/port.ts';

/** After this time the feature accepts the code no more. */
export const codeMinutes = 10;

export interface OneTimeCodes {
  codeOf(purpose: string, id: string): string;
  /** Counts one try. After five, also the right code is refused. */
  check(purpose: string, id: string, typed: string): Promise<'right' | 'wrong' | 'used up'>;
}

/** Five guesses for each code: without a bound of its own, an operator who lifts the limit of messages lifts theirs too. */
const maxCodesPerHour = 20;

/** How many codes a receiver may get in an hour, out of `mail_per_recipient`, where 0 means no limit. */
export const codesPerHour = (mailPerRecipient: number): number =>
  mailPerRecipient === 0 ? maxCodesPerHour : Math.min(mailPerRecipient, maxCodesPerHour);

interface Dependencies {
  readonly store: Pick<Store, 'increment'>;
  /** The same on all processes, and never rotated. Attackers must not know it. */
  readonly secret: () => string;
}

const maxTries = 5;
const digits = 6;
/** Longer than a code is accepted, so that its tries are never counted anew. */
const windowMs = 2 * codeMinutes * 60_000;

/** People copy codes with spaces. */
const normalize = (typed: string): string => typed.replaceAll(/[\s-]/g, '');

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

export const createOneTimeCodes = ({ store, secret }: Dependencies): OneTimeCodes => {
  const codeOf = (purpose: string, id: string): string => {
    const digest = createHmac('sha256', `one-time code ${secret()}`)
      .update(JSON.stringify([purpose, id]))
      .digest();
    return String(digest.readUIntBE(0, 6) % 10 ** digits).padStart(digits, '0');
  };
  return {
    codeOf,
    async check(purpose, id, typed) {
      const [tries = 1] = await store.increment([`code ${purpose} ${id}`], windowMs);
      if (tries > maxTries) return 'used up';
      if (isSame(normalize(typed), codeOf(purpose, id))) return 'right';
      return tries === maxTries ? 'used up' : 'wrong';
    },
  };
};
