import type { AdapterPayload, AuthorizationDetail, Provider } from 'oidc-provider';
import { addAudience } from '../../provider/scopes/granted-audiences.ts';

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;
type Grant = InstanceType<Provider['Grant']>;

/** The person sees all of it before the decision (approval-pages.ts). */
export const requestedClaims = ({ claims }: Pick<AdapterPayload, 'claims'>): string[] => [
  ...new Set(Object.values(claims ?? {}).flatMap((members) => Object.keys(members ?? {}))),
];

export const requestedAudiences = ({ resource }: Pick<AdapterPayload, 'resource'>): string[] => [
  ...new Set([resource ?? []].flat()),
];

/** The engine has checked the text when it took the request (RFC 9396 §2). */
export const requestedDetails = ({ params }: Pick<AdapterPayload, 'params'>): AuthorizationDetail[] => {
  const text = params?.['authorization_details'];
  return typeof text === 'string' ? JSON.parse(text) : [];
};

interface GrantOptions {
  readonly provider: Provider;
  readonly request: Request;
  readonly identityScopes: readonly string[];
  /** Scopes of each API, by its audience. */
  readonly scopesOf: (audience: string) => readonly string[];
}

/** Grants everything that was requested, for this request only. */
export const createGrant = async ({
  provider,
  request,
  identityScopes,
  scopesOf,
}: GrantOptions): Promise<Grant> => {
  const { accountId, clientId, scope = '' } = request;
  const grant = new provider.Grant({ ...(accountId && { accountId }), ...(clientId && { clientId }) });
  const requestedScopes = scope.split(' ');
  const granted = requestedScopes.filter((name) => identityScopes.includes(name));
  if (granted.length > 0) grant.addOIDCScope(granted.join(' '));
  for (const audience of requestedAudiences(request)) {
    const scopesOfApi = new Set(scopesOf(audience));
    addAudience(
      grant,
      audience,
      requestedScopes.filter((name) => scopesOfApi.has(name)),
    );
  }
  const claims = requestedClaims(request);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  await grant.save();
  return grant;
};
