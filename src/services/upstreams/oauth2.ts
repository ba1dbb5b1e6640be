import type { Configuration, CustomFetch } from 'openid-client';
import { authenticateClient } from './client-secret.ts';
import { toUpstreamFailure, UpstreamFailure } from './failure.ts';
import { toIdentity } from './identity.ts';
import { randomText } from './openid.ts';
import type { UpstreamProtocol } from './protocol.ts';
import type { OAuth2Endpoints, Upstream } from './upstream.ts';

const library = () => import('openid-client');

interface Options {
  readonly upstream: Upstream;
  readonly endpoints: OAuth2Endpoints;
  readonly redirectUri: string;
  readonly fetch: CustomFetch;
  readonly isDevelopment: boolean;
}

type Claims = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The address that the person has made the main one, if the provider has verified it. */
const primaryEmailIn = (emails: unknown): Claims => {
  const primary = Array.isArray(emails)
    ? emails.filter(isMap).find((one) => one['primary'] === true && one['verified'] === true)
    : undefined;
  return primary ? { email: primary['email'], email_verified: true } : {};
};

/**
 * OAuth 2.0 says nothing about who signs in, so the person is read from an API with the access token. There is no ID
 * token, no nonce and no `max_age`: what protects the response is `state`, PKCE, and the secret of this server.
 */
export const createOAuth2 = (options: Options): UpstreamProtocol => {
  const { upstream, endpoints, redirectUri, fetch, isDevelopment } = options;

  const configure = async (): Promise<Configuration> => {
    const client = await library();
    const configuration = new client.Configuration(
      {
        issuer: upstream.issuer,
        authorization_endpoint: endpoints.authorization_endpoint,
        token_endpoint: endpoints.token_endpoint,
      },
      upstream.clientId,
      {},
      authenticateClient(upstream, client),
    );
    configuration[client.customFetch] = fetch;
    configuration.timeout = upstream.timeoutMs / 1000;
    if (isDevelopment) client.allowInsecureRequests(configuration);
    return configuration;
  };

  const read = async (configuration: Configuration, token: string, url: string): Promise<unknown> => {
    const { fetchProtectedResource } = await library();
    const headers = new Headers({ accept: 'application/json', 'user-agent': 'postern' });
    const response = await fetchProtectedResource(configuration, token, new URL(url), 'GET', null, headers);
    if (response.status !== 200)
      throw new UpstreamFailure(response.status >= 500 ? 'unavailable' : 'invalid', {
        detail: 'userinfo_status',
      });
    return response.json();
  };

  return {
    async begin({ loginHint }) {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
      const checks = { state: randomText(), nonce: randomText(), verifier: randomText() };
      const url = buildAuthorizationUrl(await configure(), {
        redirect_uri: redirectUri,
        response_type: 'code',
        state: checks.state,
        code_challenge: await calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        ...(upstream.scopes.length > 0 && { scope: upstream.scopes.join(' ') }),
        // GitHub's name for `login_hint`; other providers ignore it.
        ...(loginHint !== undefined && { login: loginHint }),
      });
      return { url: url.href, checks };
    },

    async finish(response, { state, verifier }) {
      try {
        const configuration = await configure();
        const { authorizationCodeGrant } = await library();
        const { access_token: token } = await authorizationCodeGrant(configuration, response, {
          expectedState: state,
          pkceCodeVerifier: verifier,
        });
        const person = await read(configuration, token, endpoints.userinfo_endpoint);
        if (!isMap(person)) throw new UpstreamFailure('invalid', { detail: 'userinfo_not_json' });
        const { emails_endpoint: emails } = endpoints;
        if (emails === undefined) return toIdentity(upstream, { userinfo: person });
        // The address of the profile is the one that the person shows, verified or not.
        const { email: _, email_verified: __, ...others } = person;
        const email = primaryEmailIn(await read(configuration, token, emails));
        return toIdentity(upstream, { userinfo: { ...others, ...email } });
      } catch (error) {
        throw toUpstreamFailure(error);
      }
    },
  };
};
