// An API that accepts access tokens of RFC 9068. It verifies them with jose and the keys that the issuer publishes.
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/demo-api`, PORT = '3002' } = process.env;
const home = `http://localhost:${PORT}/`;

const metadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

/** RFC 6750 §3: an error that tells the client why its token is refused. */
class Refused extends Error {
  constructor(status, error, scope) {
    super(error ?? 'a token is needed');
    this.status = status;
    this.challenge = [
      `Bearer realm="${AUDIENCE}"`,
      error && `error="${error}"`,
      scope && `scope="${scope}"`,
      `resource_metadata="${home}.well-known/oauth-protected-resource"`,
    ]
      .filter(Boolean)
      .join(', ');
  }
}

const verify = async ({ headers }, scope) => {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? [];
  if (!token) throw new Refused(401);
  const { payload } = await jwtVerify(token, keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    // An id token is a JWT of the same issuer, but it does not grant access to an API.
    typ: 'at+jwt',
    algorithms: ['ES256', 'EdDSA', 'RS256'],
    requiredClaims: ['sub', 'client_id', 'jti', 'iat', 'exp'],
  }).catch(() => {
    throw new Refused(401, 'invalid_token');
  });
  // RFC 9449, RFC 8705: a bound token needs a proof of its key, which this example can't check.
  if (payload.cnf) throw new Refused(401, 'invalid_token');
  if (!(payload.scope ?? '').split(' ').includes(scope)) throw new Refused(403, 'insufficient_scope', scope);
  return payload;
};

const routes = {
  // RFC 9728: a client that knows only the API finds its authorization server here.
  '/.well-known/oauth-protected-resource': async () => ({
    resource: AUDIENCE,
    authorization_servers: [ISSUER],
    scopes_supported: ['demo:read'],
    bearer_methods_supported: ['header'],
  }),
  '/notes': async (request) => {
    const { sub, client_id } = await verify(request, 'demo:read');
    return { for: sub, asked_by: client_id, notes: ['Water the plants'] };
  },
};

createServer(async (request, response) => {
  const route = routes[new URL(request.url, home).pathname];
  const send = (status, body, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  if (!route) return send(404, { message: 'not found' });
  try {
    return send(200, await route(request));
  } catch (error) {
    if (!(error instanceof Refused)) return send(500, { message: 'internal error' });
    return send(error.status, { message: error.message }, { 'www-authenticate': error.challenge });
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${home}`));
