import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import type { Owner } from './setup/index.ts';

type Claims = Record<string, unknown>;

/** What the upstream says about the person who "signs in" there, without a question. */
export interface Person {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** One thing that the upstream does wrong. */
export interface Misbehaviour {
  readonly discovery?: (metadata: Claims) => Claims;
  readonly callback?: (parameters: URLSearchParams) => void;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly idToken?: (claims: Claims) => Claims;
  readonly userinfo?: (claims: Claims) => Claims;
  /** Signs with a key that the upstream doesn't publish. */
  readonly foreignKey?: boolean;
  /** Signs with the public key as a shared secret. */
  readonly publicKeyAsSecret?: boolean;
  readonly unsigned?: boolean;
  /** Answers at one endpoint in its own way. */
  readonly answer?: Readonly<Record<string, (response: ServerResponse) => void>>;
}

export interface FakeUpstream {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The person who signs in next. */
  person: Person;
  misbehaviour: Misbehaviour;
  /** The last authorization request. */
  readonly requests: URLSearchParams[];
  /** How often each endpoint was called. */
  readonly calls: Map<string, number>;
  /** A logout token, as this upstream would sign it. */
  logoutToken(claims: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** Addresses as GitHub has them. */
  emails: readonly Claims[];
}

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
};

/**
 * A provider that signs everyone in at once and does what a test asks for, right or wrong. Its endpoints of OpenID
 * Connect are beside those of a GitHub Enterprise server.
 */
export const startFakeUpstream = async (owner: Owner): Promise<FakeUpstream> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('RS256');
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const [clientId, clientSecret] = ['postern-here', 'a-secret-of-the-fake-upstream-0123456789'];
  const codes = new Map<string, { person: Person; nonce: string | null; challenge: string | null }>();
  const tokens = new Map<string, Person>();

  const sign = async (claims: Claims, header: Partial<JWTHeaderParameters> = {}): Promise<string> => {
    const { foreignKey, publicKeyAsSecret, unsigned } = fake.misbehaviour;
    if (unsigned) return new UnsecuredJWT(claims).encode();
    if (publicKeyAsSecret) {
      const secret = new TextEncoder().encode(JSON.stringify(publicJwk));
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret);
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
      .sign(foreignKey ? stranger.privateKey : privateKey);
  };

  const isClient = (request: IncomingMessage, form: URLSearchParams): boolean => {
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    // RFC 6749 §2.3.1: both are encoded as in forms.
    const pair = decodeURIComponent(Buffer.from(basic, 'base64').toString());
    return (
      pair === `${clientId}:${clientSecret}` ||
      (form.get('client_id') === clientId && form.get('client_secret') === clientSecret)
    );
  };

  const json = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    fake.requests.push(query);
    const code = randomBytes(16).toString('hex');
    codes.set(code, {
      person: fake.person,
      nonce: query.get('nonce'),
      challenge: query.get('code_challenge'),
    });
    const parameters = new URLSearchParams({ code, state: query.get('state') ?? '' });
    if (query.has('nonce')) parameters.set('iss', fake.issuer);
    fake.misbehaviour.callback?.(parameters);
    response.writeHead(302, { location: `${query.get('redirect_uri')}?${parameters}` }).end();
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await bodyOf(request);
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!isClient(request, form)) return json(response, 401, { error: 'invalid_client' });
    if (code?.challenge !== challenge) return json(response, 400, { error: 'invalid_grant' });
    const accessToken = randomBytes(16).toString('hex');
    tokens.set(accessToken, code.person);
    const now = Math.floor(Date.now() / 1000);
    const { sub, acr, amr, sid, auth_time: authTime, ...rest } = code.person;
    const claims = { iss: fake.issuer, aud: clientId, sub, iat: now, exp: now + 300, acr, amr, sid, ...rest };
    const full = { ...claims, auth_time: authTime ?? now, ...(code.nonce && { nonce: code.nonce }) };
    const { idToken = (same: Claims) => same, header } = fake.misbehaviour;
    json(response, 200, {
      access_token: accessToken,
      token_type: 'Bearer',
      ...(code.nonce && { id_token: await sign(idToken(full), header) }),
    });
  };

  const personOf = (request: IncomingMessage): Person | undefined =>
    tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', fake.issuer);
    const path = url.pathname;
    fake.calls.set(path, (fake.calls.get(path) ?? 0) + 1);
    const own = fake.misbehaviour.answer?.[path];
    if (own) return own(response);
    const metadata = {
      issuer: fake.issuer,
      authorization_endpoint: `${fake.issuer}/authorize`,
      token_endpoint: `${fake.issuer}/token`,
      userinfo_endpoint: `${fake.issuer}/userinfo`,
      jwks_uri: `${fake.issuer}/jwks`,
      end_session_endpoint: `${fake.issuer}/end`,
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    };
    switch (path) {
      case '/.well-known/openid-configuration':
        return json(response, 200, fake.misbehaviour.discovery?.(metadata) ?? metadata);
      case '/jwks':
        return json(response, 200, { keys: [publicJwk] });
      case '/authorize':
      case '/login/oauth/authorize':
        return authorize(url.searchParams, response);
      case '/token':
      case '/login/oauth/access_token':
        return token(request, response);
      case '/userinfo':
      case '/api/v3/user': {
        const person = personOf(request);
        if (!person) return json(response, 401, { error: 'invalid_token' });
        return json(response, 200, fake.misbehaviour.userinfo?.({ ...person }) ?? person);
      }
      case '/api/v3/user/emails':
        return personOf(request) ? json(response, 200, fake.emails) : json(response, 401, {});
      default:
        return json(response, 404, { error: 'not_found' });
    }
  };

  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  owner.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const fake: FakeUpstream = {
    issuer: `http://127.0.0.1:${address.port}`,
    clientId,
    clientSecret,
    person: { sub: 'u1' },
    misbehaviour: {},
    requests: [],
    calls: new Map(),
    emails: [],
    async logoutToken(claims, header) {
      const now = Math.floor(Date.now() / 1000);
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const jti = randomBytes(8).toString('hex');
      return sign(
        { iss: fake.issuer, aud: clientId, iat: now, exp: now + 120, jti, events, ...claims },
        { typ: 'logout+jwt', ...header },
      );
    },
  };
  return fake;
};
