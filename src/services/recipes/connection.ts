import type { Config } from '#config';
import { routes } from '../../provider/paths.ts';
import type { ClientMetadata } from '../clients/client.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

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

/** What a client that has no browser of its own needs: its libraries often read no discovery document. */
const endpointsWithoutBrowser = (
  issuer: string,
  grants: readonly string[],
): readonly (readonly [string, string])[] => [
  ...(grants.includes(deviceGrant)
    ? [['OIDC_DEVICE_AUTHORIZATION_ENDPOINT', `${issuer}${routes.device_authorization}`] as const]
    : []),
  ...(grants.includes(deviceGrant) || grants.includes('client_credentials')
    ? [['OIDC_TOKEN_ENDPOINT', `${issuer}${routes.token}`] as const]
    : []),
];

/** A URI may have `$(…)` and `&`, which a shell that reads the file would run. */
const quoted = (value: string): string =>
  /^[\w.~:/?@%+,=-]*$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;

/** Environment variables in the names that most frameworks use, ready to be pasted into a file or a shell. */
export const environmentBlock = (
  { issuer }: Pick<Config, 'issuer'>,
  {
    client_id,
    redirect_uris = [],
    grant_types = [],
  }: Pick<ClientMetadata, 'client_id' | 'redirect_uris' | 'grant_types'>,
  secret: string | undefined,
): string =>
  (
    [
      ['OIDC_ISSUER', issuer],
      ['OIDC_CLIENT_ID', client_id],
      ...(secret === undefined ? [] : [['OIDC_CLIENT_SECRET', secret] as const]),
      ...redirect_uris.slice(0, 1).map((uri) => ['OIDC_REDIRECT_URI', uri] as const),
      ...endpointsWithoutBrowser(issuer, grant_types),
    ] as const
  )
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join('\n');
