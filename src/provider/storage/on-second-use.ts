import { errors } from 'oidc-provider';
import { type Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Store } from '../../store/port.ts';
import { UnitOfWork, type WriteOptions } from '../../store/unit-of-work.ts';
import { grantKey, type ModelName } from './ids.ts';
import { derivesSameSuccessor, isLikelyRetry, type RetryOptions } from './refresh-retry.ts';
import { ReplayError } from './replay-error.ts';

/** A second use takes back what the first one gave. What expired or was revoked on the way is none. */
const onReplay = (id: string, { reason }: Conflict, label: string) =>
  reason === 'absent'
    ? { error: new errors.InvalidGrant(`${label} not found`) }
    : {
        error: new ReplayError(`${label} already consumed`),
        writes: [{ op: 'remove', key: grantKey(id) } as const],
      };

/** What becomes of a request that uses, as the second one, what can be used once. */
export const consumeOptions = (
  model: ModelName,
  { id, at }: { readonly id: string; readonly at: number },
  dependencies: RetryOptions & { readonly store: Store },
): WriteOptions => {
  switch (model) {
    case 'AuthorizationCode':
      return { onConflict: (conflict) => onReplay(id, conflict, 'authorization code') };
    case 'PushedAuthorizationRequest':
      return { onConflict: () => ({ error: new errors.InvalidRequestUri('request_uri was already used') }) };
    case 'RefreshToken':
      return {
        batch: 'rotation',
        onConflict: async (conflict) => {
          const { consumption } = conflict;
          // Read anew: the winner's client may have used the successor by now.
          if (
            !consumption ||
            !(await isLikelyRetry(dependencies, id, consumption, new UnitOfWork(dependencies.store)))
          )
            return onReplay(id, conflict, 'refresh token');
          if (derivesSameSuccessor(dependencies, consumption.at, at)) return 'already done';
          // The answer that is ready names a successor that is stored nowhere.
          return { error: new StoreUnavailable('the refresh secret changed at this very moment') };
        },
      };
    default:
      return { onConflict: () => ({ error: new errors.InvalidGrant('already consumed') }) };
  }
};
