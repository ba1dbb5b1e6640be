import { errors } from 'oidc-provider';
import type { Conflict } from '../../store/errors.ts';
import type { ConflictOutcome } from '../../store/staged-writes.ts';
import { grantKey, type ModelName } from './ids.ts';
import { ReplayError } from './replay-error.ts';

/** A replay revokes the grant (RFC 6749 §4.1.2). A code or token that is gone has expired or was revoked: no replay. */
export const onReplay = (id: string, { reason }: Conflict, label: string): ConflictOutcome =>
  reason === 'absent'
    ? { error: new errors.InvalidGrant(`${label} not found`) }
    : {
        error: new ReplayError(`${label} already consumed`),
        writes: [{ op: 'remove', key: grantKey(id) } as const],
      };

const labels: Partial<Record<ModelName, string>> = {
  AuthorizationCode: 'authorization code',
  DeviceCode: 'device code',
  BackchannelAuthenticationRequest: 'backchannel authentication request',
};

/** What becomes of a request whose code was used by another request first. */
export const onSecondUse = (
  model: ModelName,
  grantId: string | undefined,
  conflict: Conflict,
): ConflictOutcome => {
  // A device code or CIBA request that was denied has no grant.
  if (grantId === undefined) return { error: new errors.InvalidGrant('already consumed') };
  return onReplay(grantId, conflict, labels[model] ?? 'code');
};
