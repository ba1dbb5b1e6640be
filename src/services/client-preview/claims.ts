import type { Config, ResourceConfig } from '#config';
import { type ClaimMapping, createMappableClaims, mapClaims } from '../../provider/claims/claim-mapping.ts';
import { createClaimRelease, personalClaims } from '../../provider/claims/claim-release.ts';
import { createResourceClaims } from '../../provider/claims/resource-claims.ts';
import { isForIdToken } from '../../provider/settings/account.ts';

type Client = Readonly<Record<string, unknown>>;
type Claims = Readonly<Record<string, unknown>>;

export interface ClaimDecision {
  readonly name: string;
  readonly in: readonly ('id_token' | 'userinfo' | 'access_token')[];
  readonly why: string;
}

export interface ClaimsByPlace {
  readonly idToken: Claims;
  readonly userinfo: Claims;
  readonly accessToken: Claims;
  readonly decisions: readonly ClaimDecision[];
}

interface Question {
  readonly config: Config;
  readonly client: Client;
  /** All claims of the person. */
  readonly personal: Claims;
  readonly grantedScopes: readonly string[];
  readonly resource: ResourceConfig | undefined;
}

const only = (claims: Claims, names: readonly string[]): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => names.includes(name)));

export const decideClaims = ({
  config,
  client,
  personal,
  grantedScopes,
  resource,
}: Question): ClaimsByPlace => {
  const byScope = personalClaims(config);
  const isReleased = createClaimRelease(config);
  const scope = grantedScopes.join(' ');
  const accessToken = createResourceClaims(config)?.(resource?.audience, personal) ?? {};
  const isMapped = (name: string): boolean => Object.hasOwn(accessToken, name);

  const decide = (name: string): ClaimDecision => {
    const inToken = isMapped(name) ? (['access_token'] as const) : [];
    const releasing = Object.keys(byScope).filter((one) => byScope[one]?.includes(name));
    const granted = releasing.filter((one) => grantedScopes.includes(one));
    if (releasing.length === 0) return { name, in: inToken, why: 'no scope releases it (`claims`)' };
    if (!isReleased(client, name))
      return { name, in: inToken, why: `the client may not use ${releasing.join(' or ')}` };
    if (granted.length === 0) return { name, in: inToken, why: `${releasing.join(' or ')} is not granted` };
    const inIdToken = isForIdToken(client, name, { scope, requested: {} });
    return {
      name,
      in: [...(inIdToken ? (['id_token'] as const) : []), 'userinfo', ...inToken],
      why: `${granted.join(', ')} releases it${inIdToken ? '' : '; in id tokens only with id_token_claims or the claims parameter'}`,
    };
  };

  const decisions = grantedScopes.includes('openid') ? Object.keys(personal).map(decide) : [];
  const namesIn = (place: 'id_token' | 'userinfo'): readonly string[] =>
    decisions.filter((decision) => decision.in.includes(place)).map(({ name }) => name);
  // The table was checked with the client.
  const mapping = (client['claims'] ?? {}) as ClaimMapping;
  const mapped = grantedScopes.includes('openid')
    ? mapClaims(mapping, createMappableClaims(config)(personal))
    : {};
  return {
    idToken: { ...only(personal, namesIn('id_token')), ...mapped },
    userinfo: { ...only(personal, namesIn('userinfo')), ...mapped },
    accessToken,
    decisions: [
      ...decisions,
      ...Object.keys(mapping).map(
        (name): ClaimDecision =>
          Object.hasOwn(mapped, name)
            ? { name, in: ['id_token', 'userinfo'], why: 'the operator set it for this client (`claims`)' }
            : { name, in: [], why: 'no line of its table fits, and it has no default' },
      ),
    ],
  };
};
