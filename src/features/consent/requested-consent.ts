import type { Interaction } from '../../provider/engine-types.ts';
import type { Allowed, Declined } from './allowed.ts';

/** What the consent page asks the person to allow. */
export interface RequestedConsent extends Allowed {
  /** The person may decline these one by one. */
  readonly optional: Declined;
  /** RFC 9396: shown as the request has them, and never remembered. */
  readonly details: readonly Readonly<Record<string, unknown>>[];
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const lists = (value: unknown): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(value ?? {}).map(([name, list]) => [name, strings(list)] as const));

const requiredScopes = new Set(['openid', 'offline_access']);

/** OpenID Connect Core §5.5.1: the client can't do its task without its essential claims. */
const essentialClaimsIn = (parameter: unknown): ReadonlySet<string> => {
  // The engine has parsed the parameter and accepts only an object of objects.
  const { userinfo = {}, id_token = {} } = typeof parameter === 'string' ? JSON.parse(parameter) : {};
  const members: [string, { essential?: unknown } | null][] = [
    ...Object.entries<{ essential?: unknown } | null>(userinfo),
    ...Object.entries<{ essential?: unknown } | null>(id_token),
  ];
  return new Set(members.filter(([, options]) => options?.essential === true).map(([name]) => name));
};

/** For these reasons the page shows the whole request, even if all of it was allowed before. */
const reasonsToShowEverything = new Set(['consent_prompt', 'native_client_prompt']);

export const requestedConsent = ({ prompt, params }: Interaction): RequestedConsent => {
  const { missingOIDCScope, missingOIDCClaims, missingAudiences, missingResourceScopes, rar, whole } =
    prompt.details;
  const showsEverything =
    whole !== undefined && prompt.reasons.some((reason) => reasonsToShowEverything.has(reason));
  // `whole` comes from the prompt of this feature (prompt.ts).
  const { scopes, claims, resources } = showsEverything
    ? (whole as Allowed)
    : {
        scopes: strings(missingOIDCScope),
        claims: strings(missingOIDCClaims),
        resources: {
          ...Object.fromEntries(strings(missingAudiences).map((audience) => [audience, []])),
          ...lists(missingResourceScopes),
        },
      };
  const essential = essentialClaimsIn(params['claims']);
  return {
    scopes,
    claims,
    resources,
    optional: {
      scopes: scopes.filter((scope) => !requiredScopes.has(scope)),
      claims: claims.filter((claim) => !essential.has(claim)),
    },
    details: Array.isArray(rar) ? rar : [],
  };
};
