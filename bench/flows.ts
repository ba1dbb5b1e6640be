/** The requests of each flow, and the credentials that they use. */
import {
  type Algorithm,
  apiCodeClient,
  audienceOf,
  type CredentialKind,
  challenge,
  clientOf,
  machineClient,
  opaqueAudience,
  paths,
  redirectUri,
  verifier,
} from './fixtures.ts';
import { basicAuthorization, formRequest, type Request } from './load/request.ts';

export interface Flow {
  readonly title: string;
  readonly alg: Algorithm;
  /** Credentials are made before the measurement. Each serves one request, but `cookies` serve many. */
  readonly credential?: CredentialKind;
  /** The codes are redeemed before the measurement, for access tokens of this API; empty: of the userinfo endpoint. */
  readonly tokensFor?: string;
  readonly status: number;
  readonly request: (credential: string) => Request;
}

const exchange = (alg: Algorithm, credential: 'code' | 'session-code' = 'code'): Flow => ({
  title: `code exchange, ${alg}${credential === 'code' ? '' : ', tokens end with the session'}`,
  alg,
  credential,
  status: 200,
  request: (code) => redeemCode(alg, code, audienceOf(alg)),
});

/** The form request that redeems a code. */
export const redeemCode = (alg: Algorithm, code: string, audience: string): Request =>
  formRequest(paths.token, clientOf(alg), {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(audience !== '' && { resource: audience }),
  });

const refresh = (alg: Algorithm): Flow => ({
  title: `refresh with rotation, ${alg}`,
  alg,
  credential: 'refresh-token',
  status: 200,
  request: (token) =>
    formRequest(paths.token, clientOf(alg), {
      grant_type: 'refresh_token',
      refresh_token: token,
      resource: audienceOf(alg),
    }),
});

export const clientCredentials = (client = machineClient): Flow => ({
  title: 'client credentials, ES256',
  alg: 'ES256',
  status: 200,
  request: () =>
    formRequest(paths.token, client, {
      grant_type: 'client_credentials',
      resource: audienceOf('ES256'),
      scope: 'read',
    }),
});

const introspection: Flow = {
  title: 'introspection of an opaque access token',
  alg: 'ES256',
  credential: 'opaque-code',
  tokensFor: opaqueAudience,
  status: 200,
  request: (token) =>
    formRequest(paths.introspect, clientOf('ES256'), { token, token_type_hint: 'access_token' }),
};

const userinfo: Flow = {
  title: 'userinfo',
  alg: 'ES256',
  credential: 'userinfo-code',
  tokensFor: '',
  status: 200,
  request: (token) => ({
    method: 'GET',
    path: paths.userinfo,
    headers: { authorization: `Bearer ${token}` },
  }),
};

const authorize: Flow = {
  title: 'authorize with a live session',
  alg: 'ES256',
  credential: 'cookies',
  status: 303,
  request: (cookies) => ({
    method: 'GET',
    path: `${paths.authorize}?${new URLSearchParams({
      client_id: clientOf('ES256'),
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile email read',
      resource: audienceOf('ES256'),
      state: 'a-state-of-a-request',
      nonce: 'a-nonce-of-a-request',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })}`,
    headers: { cookie: cookies, accept: 'text/html' },
  }),
};

/** Both token endpoints check client authentication and PKCE, and issue one access token for a code. */
export const codeEndpoints: Record<'form' | 'json', Flow> = {
  form: {
    title: 'form token endpoint',
    alg: 'ES256',
    credential: 'api-code',
    status: 200,
    request: (code) =>
      formRequest(paths.token, apiCodeClient, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
  },
  json: {
    title: 'JSON token endpoint',
    alg: 'ES256',
    credential: 'api-code',
    status: 201,
    request: (code) => ({
      method: 'POST',
      path: paths.jsonTokens,
      headers: { 'content-type': 'application/json', authorization: basicAuthorization(apiCodeClient) },
      body: JSON.stringify({ authorization_code: code, redirect_uri: redirectUri, code_verifier: verifier }),
    }),
  },
};

export const exchangeWithGroups: Flow = { ...exchange('ES256'), credential: 'groups-code' };

export const flows: Readonly<Record<string, Flow>> = {
  exchange: exchange('ES256'),
  'exchange-eddsa': exchange('EdDSA'),
  'exchange-rs256': exchange('RS256'),
  'exchange-session': exchange('ES256', 'session-code'),
  refresh: refresh('ES256'),
  'client-credentials': clientCredentials(),
  introspection,
  userinfo,
  authorize,
};

export const getFlow = (name: string): Flow => {
  const flow = flows[name];
  if (!flow) throw new Error(`there is no flow ${name}`);
  return flow;
};
