import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

/** Names of ours in a client's metadata. Which values they may have is checked when the client is made. */
const ours = [
  'api_scope',
  'audience',
  'first_party',
  'from_registration',
  'id_token_claims',
  'issuer_tokens',
  'pkce',
  'profile',
  'resources',
];

/** What a client is when it doesn't say, and how it may prove who it is. */
export const clients = (_config: Config) =>
  ({
    clientDefaults: {
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: 'RS256',
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    extraClientMetadata: { properties: ours },
    // RFC 6749 §3.3: their tokens are for one audience that knows no scopes, so requests of theirs may name none.
    extraParams: {
      scope: ({ oidc: { params } }, _scope, client) => {
        if (params && client['issuer_tokens'] === true) params['scope'] ??= 'openid';
      },
    },
    responseTypes: ['code'],
    subjectTypes: ['public', 'pairwise'],
    pkce: {
      required: (_ctx, client) => client['pkce'] !== 'exempt' && client['issuer_tokens'] !== true,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
    },
  }) satisfies Configuration;
