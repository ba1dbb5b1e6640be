import { errors } from 'oidc-provider';
import { type Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Store } from '../../store/port.ts';
import { type ConflictOutcome, UnitOfWork } from '../../store/unit-of-work.ts';
import { grantKey, type ModelName } from './ids.ts';
import { derivesSameSuccessor, isLikelyRetry, type RetryOptions } from './refresh-retry.ts';
import { ReplayError } from './replay-error.ts';

/** A replay revokes the grant (RFC 6749 §4.1.2). An expired or revoked code is not a replay. */
const onReplay = (id: string, { reason }: Conflict, label: string): ConflictOutcome =>
  reason === 'absent'
    ? { error: new errors.InvalidGrant(`${label} not found`) }
    : {
        error: new ReplayError(`${label} already consumed`),
        writes: [{ op: 'remove', key: grantKey(id) } as const],
      };

interface SecondUse {
  readonly id: string;
  /** When this request used it, by the clock of this process. */
  readonly at: number;
  readonly conflict: Conflict;
}

/** What becomes of a request whose code, token or request object was used by another request first. */
export const onSecondUse = async (
  model: ModelName,
  { id, at, conflict }: SecondUse,
  dependencies: RetryOptions & { readonly store: Store },
): Promise<ConflictOutcome> => {
  switch (model) {
    case 'AuthorizationCode':
      return onReplay(id, conflict, 'authorization code');
    case 'PushedAuthorizationRequest':
      return { error: new errors.InvalidRequestUri('request_uri was already used') };
    case 'RefreshToken': {
      const { consumption } = conflict;
      // A new unit of work reads again, because the winner's client may have used the successor by now.
      if (
        !consumption ||
        !(await isLikelyRetry(dependencies, id, consumption, new UnitOfWork(dependencies.store)))
      )
        return onReplay(id, conflict, 'refresh token');
      if (derivesSameSuccessor(dependencies, consumption.at, at)) return 'already done';
      // The response that is ready has a successor that was never stored.
      return { error: new StoreUnavailable('the refresh secret changed at this very moment') };
    }
    default:
      return { error: new errors.InvalidGrant('already consumed') };
  }
};
