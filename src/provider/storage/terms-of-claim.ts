import { errors } from 'oidc-provider';
import { type Conflict, Unavailable } from '../../store/errors.ts';
import type { Store } from '../../store/port.ts';
import { type Terms, UnitOfWork } from '../../store/unit-of-work.ts';
import { grantKeyOf, type ModelName } from './ids.ts';
import { Replayed } from './replayed.ts';
import { deriveAlike, mayBeRetry, type RetryTerms } from './retry.ts';

/** A second use takes back what the first one gave. What expired or was revoked on the way is none. */
const replayed = (id: string, { reason }: Conflict, label: string) =>
  reason === 'absent'
    ? { error: new errors.InvalidGrant(`${label} not found`) }
    : {
        error: new Replayed(`${label} already consumed`),
        writes: [{ op: 'remove', key: grantKeyOf(id) } as const],
      };

/** What becomes of a request that uses, as the second one, what can be used once. */
export const termsOfClaim = (
  model: ModelName,
  { id, at }: { readonly id: string; readonly at: number },
  around: RetryTerms & { readonly store: Store },
): Terms => {
  switch (model) {
    case 'AuthorizationCode':
      return { lost: (conflict) => replayed(id, conflict, 'authorization code') };
    case 'PushedAuthorizationRequest':
      return { lost: () => ({ error: new errors.InvalidRequestUri('request_uri was already used') }) };
    case 'RefreshToken':
      return {
        errand: 'rotation',
        lost: async (conflict) => {
          const { claim } = conflict;
          // Read anew: the winner's client may have used the successor by now.
          if (!claim || !(await mayBeRetry(around, id, claim, new UnitOfWork(around.store))))
            return replayed(id, conflict, 'refresh token');
          if (deriveAlike(around, claim.at, at)) return 'already done';
          // The answer that is ready names a successor that is stored nowhere.
          return { error: new Unavailable('the refresh secret changed at this very moment') };
        },
      };
    default:
      return { lost: () => ({ error: new errors.InvalidGrant('already consumed') }) };
  }
};
