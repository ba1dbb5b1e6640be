/**
 * A signer that holds one private key and never discloses it, as a bridge to a KMS or an HSM does. To use a KMS, replace
 * `signWith` by a call to it.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { parseArgs } from 'node:util';

export interface SignerOptions {
  /** PEM of the private key: P-256, Ed25519 or RSA. */
  readonly pem: string;
  readonly kid: string;
  readonly alg: 'ES256' | 'EdDSA' | 'RS256' | 'PS256';
  /** The bearer token that the caller must send. */
  readonly token: string;
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** RFC 7518 §3.4: an ES256 signature is r followed by s. Many KMS return DER, which must be converted. */
const signWith = (key: KeyObject, alg: SignerOptions['alg'], data: Buffer): Buffer => {
  if (alg === 'EdDSA') return sign(null, data, key);
  if (alg === 'ES256') return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  return sign('sha256', data, alg === 'PS256' ? { key, ...pss } : key);
};

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const hasToken = (header: string | undefined, token: string): boolean =>
  timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 65_536) throw new Error('too long');
  }
  return text;
};

const parseSignRequest = (text: string, { kid, alg }: SignerOptions): Buffer | undefined => {
  const body: { kid?: unknown; alg?: unknown; data?: unknown } = JSON.parse(text);
  if (body.kid !== kid || body.alg !== alg || typeof body.data !== 'string') return undefined;
  return Buffer.from(body.data, 'base64url');
};

export const createSigner = (options: SignerOptions): Server => {
  const key = createPrivateKey(options.pem);
  return createServer(async (request, response) => {
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method !== 'POST') return reply(405, { error: 'POST only' });
    if (!hasToken(request.headers.authorization, options.token)) return reply(401, { error: 'wrong token' });
    try {
      const data = parseSignRequest(await readBody(request), options);
      if (!data) return reply(400, { error: 'this signer holds another key' });
      reply(200, { signature: signWith(key, options.alg, data).toString('base64url') });
    } catch {
      reply(400, { error: 'the body is not a request to sign' });
    }
  });
};

/** The public key, for `keys.remote` in the configuration. */
export const publicJwk = (pem: string): Readonly<Record<string, string>> => {
  const { kty = '', crv, x, y, n, e } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
  return Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value)) as Record<
    string,
    string
  >;
};

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      key: { type: 'string', default: 'signing-key.pem' },
      'token-file': { type: 'string', default: 'signer-token' },
      kid: { type: 'string', default: 'remote-1' },
      port: { type: 'string', default: '4000' },
    },
  });
  const pem = readFileSync(values.key, 'utf8');
  const token = readFileSync(values['token-file'], 'utf8').trim();
  createSigner({ pem, token, kid: values.kid, alg: 'ES256' }).listen(Number(values.port), '127.0.0.1', () => {
    process.stdout.write(
      `Signing as ${values.kid} on http://127.0.0.1:${values.port}; keys.remote[0].public_jwk:\n`,
    );
    process.stdout.write(`${JSON.stringify(publicJwk(pem), null, 2)}\n`);
  });
}
