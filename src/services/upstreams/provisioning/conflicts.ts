import { Failure } from '../../../errors.ts';
import { Conflict, StoreUnavailable } from '../../../store/errors.ts';
import type { Key } from '../../../store/port.ts';
import { kinds } from '../../../store/record-kinds.ts';

const conflictIn = (error: unknown): Conflict | undefined => {
  const conflict = error instanceof StoreUnavailable ? error.cause : error;
  return conflict instanceof Conflict ? conflict : undefined;
};

export const isConflictOf = (error: unknown, ...of: readonly string[]): boolean =>
  of.includes(conflictIn(error)?.key.kind ?? '');

export const isConflictAt = (error: unknown, { kind, family }: Key): boolean => {
  const at = conflictIn(error)?.key;
  return at?.kind === kind && at.family === family;
};

/** The link was made or removed by another request. */
export const isLinkChanged = (error: unknown): boolean => isConflictOf(error, kinds.upstreamLink);

const nameProblems: ReadonlySet<string> = new Set([
  'account_exists',
  'username_reserved',
  'username_invalid',
  'username_kept',
]);

export const isNameProblem = (error: unknown): boolean =>
  error instanceof Failure && nameProblems.has(error.code);

/** Another account has verified the address meanwhile. */
export const isEmailProblem = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'email_taken';
