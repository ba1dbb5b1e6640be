import { type Configuration, errors } from 'oidc-provider';
import type { Config } from '#config';

/** Members of a client's metadata that only this server has. Their values are checked when a client is registered. */
const ownMetadata = [
  'api_scope',
  'assertion_audience',
  'audience',
  'claims',
  'first_party',
  'from_registration',
  'id_token_claims',
  'issuer_tokens',
  'pkce',
  'profile',
  'resources',
];

/**
 * RFC 6749 §3.3: a request without a scope gets `openid`, unless the client may not have it. A request for an API has
 * no default. The audience of an `issuer_tokens` client has no scopes.
 */
const defaultScope = (client: Readonly<Record<string, unknown>>, resource: unknown): string => {
  if (client['issuer_tokens'] === true) return 'openid';
  const { scope: registered } = client;
  const allowed = typeof registered !== 'string' || registered.split(' ').includes('openid');
  const forApi = [resource].flat().some((one) => one !== undefined);
  if (!forApi && allowed) return 'openid';
  throw new errors.InvalidScope('the request has no scope, and no default applies', '');
};

/** The defaults of client metadata, and who needs PKCE. */
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
