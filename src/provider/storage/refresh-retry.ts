import type { KeyObject } from 'node:crypto';
import type { Clock, Consumption } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { modelKey, successorOf } from './ids.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** Seconds in which a spent refresh token is answered with its successor again. */
  readonly reuseWindow: number;
  /** What the successor of a token that was spent then is made with. */
  readonly refreshSecretAt: (at: number) => KeyObject;
}

/**
 * Whether a spent refresh token may come from a client that lost the answer. Whoever used the successor had got it, and
 * has no reason to ask again (RFC 9700 §4.14.2). Only tokens that were spent already cost the trip for it.
 */
export const isLikelyRetry = async (
  { clock, reuseWindow, refreshSecretAt }: RetryOptions,
  id: string,
  { at }: Consumption,
  work: UnitOfWork,
): Promise<boolean> => {
  if (clock.now() - at >= reuseWindow * 1000) return false;
  const successor = modelKey('RefreshToken', successorOf(id, refreshSecretAt(at)));
  return successor !== undefined && (await work.read(successor))?.consumption === undefined;
};

/** Whether a token spent at one of these moments has the same successor as if it was spent at the other. */
export const derivesSameSuccessor = (
  { refreshSecretAt }: RetryOptions,
  one: number,
  other: number,
): boolean => refreshSecretAt(one).equals(refreshSecretAt(other));
