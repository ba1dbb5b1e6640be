import { type Configuration, errors } from 'oidc-provider';
import type { Config } from '#config';

/** Names of ours in a client's metadata. Which values they may have is checked when the client is made. */
const ownMetadata = [
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

/**
 * RFC 6749 §3.3: a request without a scope means `openid`, which every client may ask for unless its registration
 * says otherwise. For an API there is no such guess. Marked clients have one audience that knows no scopes.
 */
const defaultScope = (client: Readonly<Record<string, unknown>>, resource: unknown): string => {
  if (client['issuer_tokens'] === true) return 'openid';
  const { scope: registered } = client;
  const allowed = typeof registered !== 'string' || registered.split(' ').includes('openid');
  const forApi = [resource].flat().some((one) => one !== undefined);
  if (!forApi && allowed) return 'openid';
  throw new errors.InvalidScope('the request names no scope, and there is none to be meant by default', '');
};

/** What a client is when it doesn't say, and how it may prove who it is. */
export const clients = (_config: Config) =>
  ({
    clientDefaults: {
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: 'RS256',
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    extraClientMetadata: { properties: ownMetadata },
    extraParams: {
      scope: ({ oidc: { params } }, _scope, client) => {
        if (params && params['scope'] === undefined)
          params['scope'] = defaultScope(client, params['resource']);
      },
    },
    responseTypes: ['code'],
    subjectTypes: ['public', 'pairwise'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
    },
  }) satisfies Configuration;
