import type { KeyObject } from 'node:crypto';
import type { Clock, Consumption } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { modelKey, successorOf } from './ids.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** For this many seconds a used refresh token is answered with its successor again. */
  readonly reuseWindow: number;
  /** The secret that derives the successor of a token that is used at that time. */
  readonly refreshSecretAt: (at: number) => KeyObject;
}

/**
 * Whether a used refresh token may come from a client that lost the response. A client that has used the successor has
 * received it, and then a second use is a replay (RFC 9700 §4.14.2). The lookup costs a round trip for used tokens only.
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

/** Whether a token has the same successor at both times: the secret that derives it rotates. */
export const derivesSameSuccessor = (
  { refreshSecretAt }: RetryOptions,
  one: number,
  other: number,
): boolean => refreshSecretAt(one).equals(refreshSecretAt(other));
