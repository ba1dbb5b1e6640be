import { errors, type Provider } from 'oidc-provider';
import {
  type AuthenticationLevels,
  acrRequestOf,
  requestsLevel,
} from '../../services/authentication-levels/index.ts';

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;
type Session = InstanceType<Provider['Session']>;

export type CibaDecision = 'approved' | 'denied' | 'tooWeak';

interface DecidedRequest {
  readonly provider: Provider;
  readonly request: Request;
  readonly session: Session;
  readonly levels: AuthenticationLevels;
  /** Scopes of each API, by its audience. */
  readonly scopesOf: (audience: string) => readonly string[];
}

/** OpenID Connect Core §5.4 and §11; any other scope is an API's, and of use there alone. */
const openidScopes = new Set(['openid', 'offline_access', 'profile', 'email', 'address', 'phone']);

const toList = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const claimNames = ({ claims }: Request): string[] => [
  ...new Set(Object.values(claims ?? {}).flatMap((part) => Object.keys(part ?? {}))),
];

/** What is approved is all that was asked for, for this request alone. */
const createGrant = async ({ provider, request, scopesOf }: DecidedRequest) => {
  const { accountId, clientId, scope = '' } = request;
  const grant = new provider.Grant({ ...(accountId && { accountId }), ...(clientId && { clientId }) });
  const requestedScopes = scope.split(' ');
  const audiences = toList(request.resource);
  const scopesByAudience = new Map(audiences.map((audience) => [audience, new Set(scopesOf(audience))]));
  const openidScopesRequested = requestedScopes.filter((name) => openidScopes.has(name));
  if (openidScopesRequested.length > 0) grant.addOIDCScope(openidScopesRequested.join(' '));
  for (const [audience, scopes] of scopesByAudience) {
    const granted = requestedScopes.filter((name) => scopes.has(name));
    if (granted.length > 0) grant.addResourceScope(audience, granted.join(' '));
  }
  const claims = claimNames(request);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  await grant.save();
  return grant;
};

/** A sign-in that is too weak for the request is no approval (OpenID Connect Core §5.5.1.1). */
export const recordDecision = async (decided: DecidedRequest, allowed: boolean): Promise<CibaDecision> => {
  const { provider, request, session, levels } = decided;
  if (!allowed) {
    await provider.backchannelResult(request, new errors.AccessDenied('the person refused'));
    return 'denied';
  }
  const acrParameters = { params: request.params, claims: request.claims ?? {} };
  const { values, essential } = acrRequestOf(acrParameters);
  if (essential && requestsLevel(acrParameters, levels) && !levels.reaches(session.acr, values)) {
    const unmet = new errors.UnmetAuthenticationRequirements(
      'the sign-in does not reach a requested acr value',
    );
    await provider.backchannelResult(request, unmet);
    return 'tooWeak';
  }
  const acr = levels.reportedAs(session.acr, values);
  await provider.backchannelResult(request, await createGrant(decided), {
    ...(acr !== undefined && { acr }),
    ...(session.amr && { amr: session.amr }),
    ...(session.loginTs !== undefined && { authTime: session.loginTs }),
  });
  return 'approved';
};
