/**
 * Owns rich authorization requests (RFC 9396): which types a client may ask for, what is granted, and which token
 * carries it. The client and the API agree on what a type means; the consent page shows the details, and tokens carry
 * them unchanged.
 */
import type {
  KoaContextWithOIDC,
  RichAuthorizationRequestsActiveConfiguration as RichAuthorizationRequests,
} from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { requestedDetails } from './detail.ts';
import { type DetailsToken, type GrantSource, tokenDetails } from './token-details.ts';
import { validateDetails } from './validate.ts';

const detailsOfTokens: Omit<RichAuthorizationRequests, 'enabled' | 'types'> = {
  authorizationDetailsForGrantSource: async (ctx: KoaContextWithOIDC) => requestedDetails(ctx),
  authorizationDetailsForAccessToken: async (
    ctx: KoaContextWithOIDC,
    token: DetailsToken,
    source: GrantSource | undefined,
  ) => tokenDetails(ctx, token, source),
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
            ...detailsOfTokens,
            types: Object.fromEntries(types.map((type) => [type, { validate: validateDetails }])),
          },
        },
      },
      // Adds the types of clients that are added while the server runs.
      overrides: { clientFind: { authorizationDetailTypes: { typesOf, validate: validateDetails } } },
    },
  };
};
