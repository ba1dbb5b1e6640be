import { errors, type Provider } from 'oidc-provider';
import { noAccess } from '../../provider/access.ts';
import { noteSignInTime } from '../../provider/sessions/upstream-auth-time.ts';
import {
  type AuthenticationLevels,
  acrRequestOf,
  requestsLevel,
  requiredLevelOf,
} from '../../services/authentication-levels/index.ts';
import { createGrant, requestedDetails } from './grant.ts';

export type CibaDecision = 'approved' | 'denied' | 'noAccess' | 'otherWay' | 'tooWeak';

interface DecidedRequest {
  readonly provider: Provider;
  readonly request: InstanceType<Provider['BackchannelAuthenticationRequest']>;
  readonly client: Readonly<Record<string, unknown>> | undefined;
  readonly session: InstanceType<Provider['Session']>;
  /** Whether the person may use the client. */
  readonly hasAccess: boolean;
  /** Whether the client accepts the way in which the session began. */
  readonly isWayAllowed: boolean;
  readonly levels: AuthenticationLevels;
  readonly identityScopes: readonly string[];
  /** Scopes of each API, by its audience. */
  readonly scopesOf: (audience: string) => readonly string[];
}

/**
 * An approval counts only if the session began in a way that the client accepts, and reaches the `acr` that it needs or
 * requests (OpenID Connect Core §5.5.1.1).
 */
export const recordDecision = async (decided: DecidedRequest, isAllowed: boolean): Promise<CibaDecision> => {
  const { provider, request, session, levels } = decided;
  if (!isAllowed) {
    await provider.backchannelResult(request, new errors.AccessDenied('the person refused'));
    return 'denied';
  }
  if (!decided.hasAccess) {
    await provider.backchannelResult(request, noAccess());
    return 'noAccess';
  }
  if (!decided.isWayAllowed) {
    const unmet = new errors.UnmetAuthenticationRequirements('the client accepts other ways to sign in only');
    await provider.backchannelResult(request, unmet);
    return 'otherWay';
  }
  const required = requiredLevelOf(decided.client);
  const isBelowRequired = required !== undefined && !levels.reaches(session.acr, [required]);
  const acrParameters = { params: request.params, claims: request.claims ?? {} };
  const { values, essential } = acrRequestOf(acrParameters);
  const isBelowRequested =
    essential && requestsLevel(acrParameters, levels) && !levels.reaches(session.acr, values);
  if (isBelowRequired || isBelowRequested) {
    const unmet = new errors.UnmetAuthenticationRequirements(
      'the sign-in does not reach a requested acr value',
    );
    await provider.backchannelResult(request, unmet);
    return 'tooWeak';
  }
  const acr = levels.reportedAs(session.acr, values);
  const authTime = session.authTime();
  const details = requestedDetails(request);
  noteSignInTime(request, session);
  await provider.backchannelResult(request, await createGrant(decided), {
    ...(acr !== undefined && { acr }),
    ...(session.amr && { amr: session.amr }),
    ...(authTime !== undefined && { authTime }),
    ...(details.length > 0 && { rar: details }),
  });
  return 'approved';
};
