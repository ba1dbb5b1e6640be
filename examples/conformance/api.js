// The API of the FAPI-CIBA plans: it accepts access tokens that are bound to the certificate that nginx forwards.
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const {
  ISSUER = 'https://op.example.com',
  AUDIENCE = 'https://mtls.op.example.com/api',
  PORT = '3691',
} = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER}/oauth/jwks`));

/** RFC 8705 §3.1: the base64url SHA-256 hash of the DER certificate. */
const thumbprintOf = (header) => {
  const { fingerprint256 } = new X509Certificate(decodeURIComponent(header));
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
};

const accepts = async ({ headers }) => {
  const [, token = ''] = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? [];
  // A request with the scope `openid` gets a token for userinfo, whose audience is the issuer.
  const audience = [AUDIENCE, ISSUER];
  const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience, typ: 'at+jwt' });
  return payload.cnf?.['x5t#S256'] === thumbprintOf(headers['client-certificate'] ?? '');
};

createServer(async (request, response) => {
  const accepted = await accepts(request).catch(() => false);
  // The suite expects its own value back.
  const id = request.headers['x-fapi-interaction-id'];
  response.writeHead(accepted ? 200 : 401, {
    'content-type': 'application/json',
    ...(id && { 'x-fapi-interaction-id': id }),
    ...(!accepted && { 'www-authenticate': 'Bearer error="invalid_token"' }),
  });
  response.end(JSON.stringify(accepted ? { notes: ['Water the plants'] } : { error: 'invalid_token' }));
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));
