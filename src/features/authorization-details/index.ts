/**
 * Rich authorization requests (RFC 9396): which types a client may ask for, what is granted, and which token carries
 * it. What a type means is between the client and the API: here it is shown to the person and passed on unchanged.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  errors,
  type KoaContextWithOIDC,
  type RichAuthorizationRequestsActiveConfiguration as Rich,
} from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { nestsTooDeeply } from '../../provider/json-depth.ts';

interface Detail {
  readonly type: string;
  readonly locations?: readonly string[];
  readonly [name: string]: unknown;
}

const maxDetails = 20;
const maxLength = 8192;

/** Parsed and checked by the engine before: every member is an object with a type. */
const parseDetails = (text: unknown): readonly Detail[] | undefined =>
  typeof text === 'string' ? JSON.parse(text) : undefined;

const requestedDetails = (ctx: KoaContextWithOIDC) =>
  parseDetails(ctx.oidc.params?.['authorization_details']);

const validate = (ctx: KoaContextWithOIDC): void => {
  const text = String(ctx.oidc.params?.['authorization_details']);
  if (text.length > maxLength || nestsTooDeeply(text) || (parseDetails(text)?.length ?? 0) > maxDetails) {
    throw new errors.InvalidAuthorizationDetails(
      `authorization_details may have ${maxDetails} entries and ${maxLength} characters, nested 32 deep`,
    );
  }
};

interface Token {
  readonly resourceServer?: { identifier(): string } | undefined;
}

interface GrantSource {
  readonly rar?: readonly Detail[] | undefined;
}

/** A token says what its own API needs to know (RFC 9396 §6.2); one for userinfo nothing. */
const forResourceOf = (
  details: readonly Detail[],
  { resourceServer }: Token,
): readonly Detail[] | undefined => {
  const audience = resourceServer?.identifier();
  if (audience === undefined) return undefined;
  const matching = details.filter(({ locations }) => locations?.includes(audience) ?? true);
  return matching.length > 0 ? matching : undefined;
};

const grantedDetails = (
  ctx: KoaContextWithOIDC,
  source: GrantSource | undefined,
): readonly Detail[] | undefined => {
  const requested = requestedDetails(ctx);
  if (!source) return requested;
  if (!requested) return source.rar;
  // RFC 9396 §6.1: the request for a token may narrow what was granted, and neither change nor double any of it.
  const remaining = [...(source.rar ?? [])];
  const isWithinGrant = requested.every((detail) => {
    const at = remaining.findIndex((one) => isDeepStrictEqual(one, detail));
    return at >= 0 && remaining.splice(at, 1).length === 1;
  });
  if (isWithinGrant) return requested;
  throw new errors.InvalidAuthorizationDetails('authorization_details go beyond what was granted');
};

const rich: Omit<Rich, 'enabled' | 'types'> = {
  authorizationDetailsForGrantSource: async (ctx: KoaContextWithOIDC) => requestedDetails(ctx),
  authorizationDetailsForAccessToken: async (
    ctx: KoaContextWithOIDC,
    token: Token,
    source: GrantSource | undefined,
  ) => {
    const details = grantedDetails(ctx, source);
    return details && forResourceOf(details, token);
  },
  authorizationDetailsForIntrospection: async (_ctx: KoaContextWithOIDC, token: GrantSource) => token.rar,
};

/** The types that a client is registered for. */
const typesOf = (client: { readonly [name: string]: unknown }): readonly string[] => {
  const types = client['authorization_details_types'];
  return Array.isArray(types) ? types.filter((type) => typeof type === 'string' && type !== '__proto__') : [];
};

export const authorizationDetails = (config: Pick<Config, 'clients'>): Feature => {
  const types = config.clients.flatMap(typesOf);
  return {
    name: 'authorization-details',
    provider: {
      settings: {
        features: {
          richAuthorizationRequests: {
            enabled: true,
            ...rich,
            types: Object.fromEntries(types.map((type) => [type, { validate }])),
          },
        },
      },
      overrides: { authorizationDetailTypes: { typesOf, validate } },
    },
  };
};
