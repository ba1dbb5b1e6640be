import { errors, type Provider } from 'oidc-provider';
import { asksForLevel, type Levels, requestOf } from '../step-up/index.ts';

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;
type Session = InstanceType<Provider['Session']>;

export type Answer = 'approved' | 'denied' | 'tooWeak';

interface Asked {
  readonly provider: Provider;
  readonly request: Request;
  readonly session: Session;
  readonly levels: Levels;
  /** Scopes of each API, by its audience. */
  readonly scopesOf: (audience: string) => readonly string[];
}

/** OpenID Connect Core §5.4 and §11; any other scope is an API's, and of use there alone. */
const ofOpenid = new Set(['openid', 'offline_access', 'profile', 'email', 'address', 'phone']);

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const claimNames = ({ claims }: Request): string[] => [
  ...new Set(Object.values(claims ?? {}).flatMap((part) => Object.keys(part ?? {}))),
];

/** What is approved is all that was asked for, for this request alone. */
const grantFor = async ({ provider, request, scopesOf }: Asked) => {
  const { accountId, clientId, scope = '' } = request;
  const grant = new provider.Grant({ ...(accountId && { accountId }), ...(clientId && { clientId }) });
  const asked = scope.split(' ');
  const audiences = listOf(request.resource);
  const ofApis = new Map(audiences.map((audience) => [audience, new Set(scopesOf(audience))]));
  const own = asked.filter((name) => ofOpenid.has(name));
  if (own.length > 0) grant.addOIDCScope(own.join(' '));
  for (const [audience, scopes] of ofApis) {
    const granted = asked.filter((name) => scopes.has(name));
    if (granted.length > 0) grant.addResourceScope(audience, granted.join(' '));
  }
  const claims = claimNames(request);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  await grant.save();
  return grant;
};

/** A sign-in that is too weak for the request is no approval (OpenID Connect Core §5.5.1.1). */
export const answer = async (asked: Asked, allowed: boolean): Promise<Answer> => {
  const { provider, request, session, levels } = asked;
  if (!allowed) {
    await provider.backchannelResult(request, new errors.AccessDenied('the person refused'));
    return 'denied';
  }
  const wish = { params: request.params, claims: request.claims ?? {} };
  const { values, essential } = requestOf(wish);
  if (essential && asksForLevel(wish, levels) && !levels.reaches(session.acr, values)) {
    const unmet = new errors.UnmetAuthenticationRequirements(
      'the sign-in does not reach a requested acr value',
    );
    await provider.backchannelResult(request, unmet);
    return 'tooWeak';
  }
  const acr = levels.toldAs(session.acr, values);
  await provider.backchannelResult(request, await grantFor(asked), {
    ...(acr !== undefined && { acr }),
    ...(session.amr && { amr: session.amr }),
    ...(session.loginTs !== undefined && { authTime: session.loginTs }),
  });
  return 'approved';
};
