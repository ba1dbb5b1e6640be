import { type Configuration, errors } from 'oidc-provider';
import type { Config } from '#config';
import { mayUseScope } from '../clients/client-limits.ts';

/** Members of a client's metadata that only this server has. Their values are checked when a client is registered. */
const ownMetadata = [
  'allowed_groups',
  'allowed_upstreams',
  'assertion_audience',
  'audience',
  'claims',
  'first_party',
  'from_registration',
  'id_token_claims',
  'issuer_tokens',
  'own_loopback',
  'pkce',
  'profile',
  'registered_scope',
  'required_acr',
  'resources',
];

type Client = Readonly<Record<string, unknown>>;

/** The default scopes of the resources that a request names, as far as the client may use them. */
const defaultScopesOf = (
  { resources }: Pick<Config, 'resources'>,
  audiences: readonly unknown[],
  client: Client,
): readonly string[] =>
  resources
    .filter(({ audience }) => audiences.includes(audience))
    .flatMap(({ default_scopes: scopes = [] }) => scopes)
    .filter((scope) => mayUseScope(client, scope));

const hasNoScopes = ({ resources }: Pick<Config, 'resources'>, wanted: unknown): boolean =>
  resources.some(({ audience, scopes }) => audience === wanted && scopes.length === 0);

/**
 * RFC 6749 §3.3: a request without a scope gets `openid`, unless the client may not have it. A request for an API gets
 * the default scopes of the API, or `openid` if the API has no scopes, because the engine grants nothing without one:
 * `openid` is left out of tokens for a client that may not have it (overrides/token-scopes.ts). The same goes for a request
 * for an API with `offline_access` alone, which names nothing that could be granted. The audience of an `issuer_tokens`
 * client has no scopes.
 */
const defaultScope = (config: Config, client: Client, resource: unknown): string => {
  if (client['issuer_tokens'] === true) return 'openid';
  const audiences = [resource].flat().filter((one) => one !== undefined);
  const scopes = defaultScopesOf(config, audiences, client);
  if (scopes.length > 0) return [...new Set(scopes)].join(' ');
  const isForApis = audiences.length > 0 && audiences.every((audience) => hasNoScopes(config, audience));
  if (isForApis || (audiences.length === 0 && mayUseScope(client, 'openid'))) return 'openid';
  throw new errors.InvalidScope('the request has no scope, and no default applies', '');
};

/** The defaults of client metadata, and who needs PKCE. */
export const clients = (config: Config) =>
  ({
    clientDefaults: {
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: 'RS256',
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    extraClientMetadata: { properties: ownMetadata },
    extraParams: {
      scope: ({ oidc: { params, route } }, scope, client) => {
        if (params === undefined) return;
        const { resource } = params;
        if (scope !== undefined && (scope !== 'offline_access' || resource === undefined)) return;
        const scopes = [defaultScope(config, client, resource), scope].filter((one) => one !== undefined);
        // A pushed request is checked again when it is used, as if the client had named these scopes.
        if (route !== 'pushed_authorization_request') params['scope'] = scopes.join(' ');
      },
    },
    responseTypes: ['code'],
    subjectTypes: ['public', 'pairwise'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
    },
  }) satisfies Configuration;
