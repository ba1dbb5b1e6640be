import { createHash, randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** A client's key pair, with the public key as a JWK. */
export interface ClientKey {
  readonly privateKey: CryptoKey | Uint8Array;
  readonly jwk: JWK;
  readonly alg: string;
  readonly thumbprint: string;
}

export const newKey = async (alg = 'ES256'): Promise<ClientKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, alg, thumbprint: await calculateJwkThumbprint(jwk) };
};

/** Returns the secret of a `client_secret_jwt` client as a key. */
export const secretKey = (secret: string): ClientKey => ({
  privateKey: Buffer.from(secret),
  jwk: {},
  alg: 'HS256',
  thumbprint: '',
});

export const seconds = (): number => Math.floor(Date.now() / 1000);

type Claims = Readonly<Record<string, unknown>>;

const sign = (key: ClientKey, header: Claims, claims: Claims): Promise<string> => {
  // `undefined` omits a claim that has a default.
  const present = Object.entries(claims).filter(([, value]) => value !== undefined);
  // The library signs no critical extension that it wasn't told to know.
  const extensions = Array.isArray(header['crit']) ? header['crit'] : [];
  return new SignJWT(Object.fromEntries(present) as JWTPayload)
    .setProtectedHeader({ alg: key.alg, ...header })
    .sign(key.privateKey, { crit: Object.fromEntries(extensions.map((name) => [name, true])) });
};

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Signs a client assertion (RFC 7523), valid except for the test's changes. */
export const assertion = (
  key: ClientKey,
  client: string,
  issuer: string,
  claims: Claims = {},
  header: Claims = {},
): Promise<string> =>
  sign(key, header, {
    iss: client,
    sub: client,
    aud: issuer,
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 60,
    ...claims,
  });

/** Signs a DPoP proof (RFC 9449), valid except for the test's changes. */
export const proof = (
  key: ClientKey,
  htu: string,
  { token, ...claims }: Claims & { readonly token?: string } = {},
  header: Claims = {},
): Promise<string> =>
  sign(
    key,
    { typ: 'dpop+jwt', jwk: key.jwk, ...header },
    {
      htm: 'POST',
      htu,
      jti: randomUUID(),
      iat: seconds(),
      ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
      ...claims,
    },
  );

/** Signs a request object (RFC 9101). */
export const requestObject = (
  key: ClientKey,
  client: string,
  issuer: string,
  parameters: Claims,
  header: Claims = {},
): Promise<string> =>
  sign(
    key,
    { typ: 'oauth-authz-req+jwt', ...header },
    {
      iss: client,
      aud: issuer,
      client_id: client,
      iat: seconds(),
      nbf: seconds(),
      exp: seconds() + 60,
      jti: randomUUID(),
      ...parameters,
    },
  );
