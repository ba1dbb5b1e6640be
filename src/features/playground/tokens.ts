import { hash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWK, jwtVerify } from 'jose';

interface Check {
  readonly name: 'signature' | 'issuer' | 'audience' | 'lifetime' | 'nonce' | 'at_hash' | 'type';
  readonly ok: boolean;
}

export interface DecodedToken {
  readonly name: 'access_token' | 'id_token';
  readonly token: string;
  /** Missing for an opaque token, which only the server understands. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly checks: readonly Check[];
}

interface Expected {
  readonly issuer: string;
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly now: number;
  /** The audience of an ID token. */
  readonly client?: string;
  readonly nonce?: string;
  readonly accessToken?: string;
}

const isSigned = async (token: string, { jwks, now }: Expected): Promise<boolean> => {
  try {
    await jwtVerify(token, createLocalJWKSet({ keys: [...jwks.keys] }), { currentDate: new Date(now) });
    return true;
  } catch {
    return false;
  }
};

/** OpenID Connect Core §3.1.3.6: the left half of the digest. */
const halfHash = (text: string): string =>
  hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');

export const decodeToken = async (
  name: DecodedToken['name'],
  token: string,
  expected: Expected,
): Promise<DecodedToken> => {
  if (token.split('.').length !== 3) return { name, token, checks: [] };
  const header = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  const { issuer, client, nonce, accessToken, now } = expected;
  const checks: Check[] = [
    { name: 'signature', ok: await isSigned(token, expected) },
    { name: 'issuer', ok: claims.iss === issuer },
    { name: 'lifetime', ok: (claims.exp ?? 0) * 1000 > now },
  ];
  if (name === 'access_token') checks.push({ name: 'type', ok: header.typ === 'at+jwt' });
  if (client !== undefined) checks.push({ name: 'audience', ok: [claims.aud].flat().includes(client) });
  if (nonce !== undefined) checks.push({ name: 'nonce', ok: claims['nonce'] === nonce });
  if (accessToken !== undefined && claims['at_hash'] !== undefined) {
    checks.push({ name: 'at_hash', ok: claims['at_hash'] === halfHash(accessToken) });
  }
  return { name, token, header: { ...header }, claims, checks };
};
