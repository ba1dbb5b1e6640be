/** The clients, APIs and the account that all subjects of a measurement have. */

export const algorithms = ['ES256', 'EdDSA', 'RS256'] as const;
export type Algorithm = (typeof algorithms)[number];

export const paths = {
  authorize: '/oauth/authorize',
  token: '/oauth/token',
  introspect: '/oauth/introspect',
  userinfo: '/userinfo',
  jsonTokens: '/api/v1/tokens',
} as const;

export const redirectUri = 'http://localhost:4999/callback';
export const secret = 'a-secret-for-measurements-only-0000000000000';
export const username = 'ada';
export const password = 'a lighthouse by the northern sea';

/** RFC 7636, appendix B. */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Each algorithm has an API, so that the access token and the id token are signed alike. */
export const audienceOf = (alg: Algorithm): string => `https://api.example/${alg.toLowerCase()}`;
export const opaqueAudience = 'https://api.example/opaque';
export const clientOf = (alg: Algorithm): string => `app-${alg.toLowerCase()}`;
export const machineClient = 'machine';
/** Gets an access token alone, at either token endpoint. */
export const apiCodeClient = 'api-code';

export const claims = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  email: 'ada@example.com',
  email_verified: true,
};

export const clients = [
  ...algorithms.map((alg) => ({
    client_id: clientOf(alg),
    client_secret: secret,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'] as const,
    id_token_signed_response_alg: alg,
  })),
  {
    client_id: apiCodeClient,
    client_secret: secret,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'] as const,
    id_token_signed_response_alg: 'ES256' as const,
  },
  {
    client_id: machineClient,
    client_secret: secret,
    redirect_uris: [],
    grant_types: ['client_credentials'],
    response_types: [],
    id_token_signed_response_alg: 'ES256' as const,
  },
];

/** The credentials that are made before a measurement. */
export type CredentialKind =
  /** A code whose tokens outlive the sign-in. */
  | 'code'
  /** A code whose tokens end with the sign-in, so that each use reads the session. */
  | 'session-code'
  /** A code whose ID token has the groups of the person. */
  | 'groups-code'
  /** A code for an API alone, without `openid`. */
  | 'api-code'
  | 'refresh-token'
  /** A code for an API whose tokens are opaque. */
  | 'opaque-code'
  /** A code for the userinfo endpoint and no API. */
  | 'userinfo-code'
  /** The cookies of a signed-in browser. */
  | 'cookies'
  /** A session, a grant and a refresh token, as a sign-in leaves them. */
  | 'login';

export interface MintRequest {
  readonly kind: CredentialKind;
  readonly alg: Algorithm;
  readonly count: number;
}
