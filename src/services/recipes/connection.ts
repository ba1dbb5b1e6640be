import type { Config } from '#config';
import { routes } from '../../provider/paths.ts';
import type { ClientMetadata } from '../clients/client.ts';

/** What the other side has to know: libraries that read the discovery document need only the first two. */
export const connectionOf = ({ issuer }: Pick<Config, 'issuer'>) => ({
  issuer,
  discovery_url: `${issuer}/.well-known/openid-configuration`,
  authorization_endpoint: `${issuer}${routes.authorization}`,
  token_endpoint: `${issuer}${routes.token}`,
  userinfo_endpoint: `${issuer}${routes.userinfo}`,
  jwks_uri: `${issuer}${routes.jwks}`,
  end_session_endpoint: `${issuer}${routes.end_session}`,
});

/** Environment variables in the names that most frameworks use, ready to be pasted. */
export const environmentBlock = (
  { issuer }: Pick<Config, 'issuer'>,
  { client_id, redirect_uris = [] }: Pick<ClientMetadata, 'client_id' | 'redirect_uris'>,
  secret: string | undefined,
): string =>
  [
    ['OIDC_ISSUER', issuer],
    ['OIDC_CLIENT_ID', client_id],
    ...(secret === undefined ? [] : [['OIDC_CLIENT_SECRET', secret]]),
    ...redirect_uris.slice(0, 1).map((uri) => ['OIDC_REDIRECT_URI', uri]),
  ]
    .map((pair) => pair.join('='))
    .join('\n');
