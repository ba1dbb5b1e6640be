/** The flows that are compared, and the credentials that they use and make. */
import {
  apiCodeClient,
  audienceOf,
  challenge,
  clientOf,
  opaqueAudience,
  paths,
  redirectUri,
} from '../fixtures.ts';
import { clientCredentials, codeEndpoints, getFlow, redeemCode } from '../flows.ts';
import { formRequest, type Request } from '../load/request.ts';

export type CredentialKind =
  /** The cookies of a signed-in browser, which serve any number of requests. */
  | 'cookies'
  | 'code'
  /** A code for an API alone, without `openid`. */
  | 'api-code'
  | 'opaque-code'
  /** A code for the userinfo endpoint and no API. */
  | 'userinfo-code'
  | 'refresh-token'
  | TokenKind;

/** Access tokens of an API and of the userinfo endpoint, each of which serves any number of requests. */
export type TokenKind = 'access-token' | 'userinfo-token';

export interface ComparedFlow {
  readonly title: string;
  readonly status: number;
  /** Each request uses one. */
  readonly uses?: CredentialKind;
  /** Each answer has one, in the header or the body, where the pattern finds it. */
  readonly makes?: { readonly kind: CredentialKind; readonly pattern: RegExp };
  readonly request: (credential: string) => Request;
}

interface AuthorizationRequest {
  readonly client: string;
  readonly scope: string;
  readonly resource?: string;
}

const authorizePath = ({ client, scope, resource }: AuthorizationRequest): string =>
  `${paths.authorize}?${new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    ...(resource !== undefined && { resource }),
    state: 'a-state-of-a-request',
    ...(scope.includes('openid') && { nonce: 'a-nonce-of-a-request' }),
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })}`;

const app = { client: clientOf('ES256'), scope: 'openid profile email read', resource: audienceOf('ES256') };

/** The first request of each browser, which makes it sign in. */
export const signInRequest = authorizePath(app);

const authorizeFor = (title: string, kind: CredentialKind, request: AuthorizationRequest): ComparedFlow => ({
  title,
  status: 303,
  uses: 'cookies',
  makes: { kind, pattern: /[?&]code=([\w-]+)/ },
  request: (cookies) => ({
    method: 'GET',
    path: authorizePath(request),
    headers: { cookie: cookies, accept: 'text/html' },
  }),
});

const userinfo = getFlow('userinfo');
const jsonExchange = codeEndpoints.json;

export const comparedFlows: Readonly<Record<string, ComparedFlow>> = {
  authorize: authorizeFor('authorize with a live session', 'code', app),
  exchange: {
    title: 'code exchange',
    status: 200,
    uses: 'code',
    makes: { kind: 'refresh-token', pattern: /"refresh_token":"([\w-]+)"/ },
    request: (code) => redeemCode('ES256', code, app.resource),
  },
  refresh: {
    title: 'refresh with rotation',
    status: 200,
    uses: 'refresh-token',
    request: (token) =>
      formRequest(paths.token, app.client, {
        grant_type: 'refresh_token',
        refresh_token: token,
        resource: app.resource,
      }),
  },
  'client-credentials': { ...clientCredentials(), title: 'client credentials' },
  introspection: {
    title: 'introspection of an opaque access token',
    status: 200,
    uses: 'access-token',
    request: (token) => formRequest(paths.introspect, app.client, { token, token_type_hint: 'access_token' }),
  },
  userinfo: {
    title: userinfo.title,
    status: userinfo.status,
    uses: 'userinfo-token',
    request: userinfo.request,
  },
  json: {
    title: 'JSON token endpoint',
    status: jsonExchange.status,
    uses: 'api-code',
    request: jsonExchange.request,
  },
};

/** Flows that make credentials; they are not measured when they only do that. */
export const supplies: readonly ComparedFlow[] = [
  ...Object.values(comparedFlows),
  authorizeFor('codes for the JSON token endpoint', 'api-code', {
    client: apiCodeClient,
    scope: 'read',
    resource: app.resource,
  }),
  authorizeFor('codes for opaque tokens', 'opaque-code', { ...app, resource: opaqueAudience }),
  {
    title: 'opaque tokens',
    status: 200,
    uses: 'opaque-code',
    makes: { kind: 'access-token', pattern: /"access_token":"([\w-]+)"/ },
    request: (code) => redeemCode('ES256', code, opaqueAudience),
  },
  authorizeFor('codes for the userinfo endpoint', 'userinfo-code', {
    client: app.client,
    scope: 'openid profile email',
  }),
  {
    title: 'tokens for the userinfo endpoint',
    status: 200,
    uses: 'userinfo-code',
    makes: { kind: 'userinfo-token', pattern: /"access_token":"([\w.-]+)"/ },
    request: (code) => redeemCode('ES256', code, ''),
  },
];
