import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, jwtVerify, SignJWT } from 'jose';
import type { Owner } from './setup/index.ts';

export interface FakeApple {
  readonly issuer: string;
  readonly clientId: string;
  /** The key that Apple gave the operator, as a PEM. */
  readonly privateKey: string;
  readonly teamId: string;
  readonly keyId: string;
  /** The last authorization request. */
  request: URLSearchParams;
  /** Why the last token request was refused. */
  refusal: string | undefined;
  /** The person who signs in next, and whether Apple says the name. */
  person: { readonly sub: string; readonly email: string; readonly email_verified: string | boolean };
  /** The text of the parameter `user`, which comes at the first time only. */
  user: string | undefined;
}

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/**
 * Answers as the documentation of Sign in with Apple says: a response by form as soon as a name or an address is asked for,
 * a client secret that the operator signs (ES256), no userinfo, `email_verified` as a text, and the name once, beside the
 * response. It was never compared with Apple's servers.
 */
export const startFakeApple = async (owner: Owner): Promise<FakeApple> => {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const operator = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const codes = new Map<string, { readonly person: FakeApple['person']; readonly nonce: string }>();

  const json = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    fake.request = query;
    if (query.get('response_mode') !== 'form_post') {
      json(response, 400, { error: 'invalid_request' });
      return;
    }
    const code = randomBytes(16).toString('hex');
    codes.set(code, { person: fake.person, nonce: query.get('nonce') ?? '' });
    const fields = { code, state: query.get('state') ?? '', ...(fake.user && { user: fake.user }) };
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
    );
    const action = escaped(query.get('redirect_uri') ?? '');
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<form method="post" action="${action}">${inputs.join('')}<button>Continue</button></form>`);
  };

  const verifySecret = async (request: IncomingMessage, form: URLSearchParams): Promise<void> => {
    if (request.headers.authorization !== undefined) throw new Error('Basic');
    if (form.get('client_id') !== fake.clientId) throw new Error('client_id');
    const { payload, protectedHeader } = await jwtVerify(
      form.get('client_secret') ?? '',
      createPublicKey(operator.publicKey),
      { algorithms: ['ES256'], issuer: fake.teamId, subject: fake.clientId, audience: fake.issuer },
    );
    if (protectedHeader.kid !== fake.keyId) throw new Error('kid');
    const { iat = 0, exp = 0 } = payload;
    if (exp - iat <= 0 || exp - iat > 15_777_000) throw new Error('exp');
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await bodyOf(request);
    try {
      await verifySecret(request, form);
    } catch (error) {
      fake.refusal = String(error);
      return json(response, 400, { error: 'invalid_client' });
    }
    const found = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!found) return json(response, 400, { error: 'invalid_grant' });
    const claims = { ...found.person, nonce: found.nonce, nonce_supported: true, is_private_email: 'true' };
    const idToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'apple' })
      .setIssuer(fake.issuer)
      .setAudience(fake.clientId)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(own.privateKey);
    json(response, 200, {
      access_token: randomBytes(16).toString('hex'),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: randomBytes(16).toString('hex'),
      id_token: idToken,
    });
  };

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', fake.issuer);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, {
          issuer: fake.issuer,
          authorization_endpoint: `${fake.issuer}/auth/authorize`,
          token_endpoint: `${fake.issuer}/auth/token`,
          jwks_uri: `${fake.issuer}/auth/keys`,
          response_modes_supported: ['query', 'fragment', 'form_post'],
          token_endpoint_auth_methods_supported: ['client_secret_post'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/auth/keys': {
        const jwk = await exportJWK(own.publicKey);
        return json(response, 200, { keys: [{ ...jwk, kid: 'apple', use: 'sig', alg: 'RS256' }] });
      }
      case '/auth/authorize':
        return authorize(url.searchParams, response);
      case '/auth/token':
        return token(request, response);
      default:
        return json(response, 404, {});
    }
  };

  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const fake: FakeApple = {
    issuer: `http://127.0.0.1:${address.port}`,
    clientId: 'example.harbour.signin',
    privateKey: operator.privateKey,
    teamId: 'TEAM123456',
    keyId: 'KEY1234567',
    request: new URLSearchParams(),
    refusal: undefined,
    person: { sub: '001.a', email: 'x1@privaterelay.example', email_verified: 'true' },
    user: undefined,
  };
  return fake;
};
