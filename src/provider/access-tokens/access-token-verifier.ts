import { constants, createPublicKey, hash, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { systemClock } from '../../store/clock.ts';
import { toDer } from '../keys/ecdsa-der.ts';

type Claims = Readonly<Record<string, unknown>>;

interface VerificationKey {
  readonly alg: string;
  readonly key: KeyObject;
}

/** Digests of tokens whose signature was verified: an API asks about the same token many times. */
const maxRemembered = 2_000;

const isSignatureValid = ({ alg, key }: VerificationKey, data: Buffer, signature: Buffer): boolean => {
  switch (alg) {
    case 'ES256': {
      const der = toDer(signature);
      return der !== undefined && verify('sha256', data, key, der);
    }
    case 'EdDSA':
      return verify(null, data, key, signature);
    case 'RS256':
      return verify('sha256', data, key, signature);
    case 'PS256': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      return verify('sha256', data, { key, padding, saltLength }, signature);
    }
    default:
      return false;
  }
};

const parse = (part: string): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    // It is an object, and its members stay unknown.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Returns the claims of an access token (RFC 9068) that one of these keys signed and that has not expired. Tokens with
 * `typ: JWT` are access tokens only for the audiences whose API needs that: no other JWT of this server has a `typ` of
 * `JWT`, and no client has such an audience as its id.
 */
export const createAccessTokenVerifier = (
  jwks: { readonly keys: readonly (JsonWebKey & { kid?: string; alg?: string })[] },
  issuer: string,
  plainAudiences: ReadonlySet<unknown> = new Set(),
): ((token: string) => Claims | undefined) => {
  const keys = new Map<unknown, VerificationKey>(
    jwks.keys.map(({ kid, alg = '', ...jwk }) => [
      kid,
      { alg, key: createPublicKey({ key: jwk, format: 'jwk' }) },
    ]),
  );
  const verifiedDigests = new Set<string>();

  const isAccessToken = (typ: unknown, payload: string): boolean => {
    if (typ === 'at+jwt') return true;
    const audiences = [parse(payload)?.['aud']].flat();
    return typ === 'JWT' && audiences.some((audience) => plainAudiences.has(audience));
  };

  const isSigned = (header: string, payload: string, signature: string): boolean => {
    const head = parse(header);
    const verificationKey = head && keys.get(head['kid']);
    // RFC 8725 §3.1: the key decides the algorithm. RFC 7515 §4.1.11: an unknown critical extension is refused.
    if (!verificationKey || head['alg'] !== verificationKey.alg || 'crit' in head) return false;
    if (!isAccessToken(head['typ'], payload)) return false;
    return isSignatureValid(
      verificationKey,
      Buffer.from(`${header}.${payload}`),
      Buffer.from(signature, 'base64url'),
    );
  };

  const isKnownOrSigned = (token: string, parts: readonly string[]): boolean => {
    const digest = hash('sha256', token, 'base64url');
    if (verifiedDigests.has(digest)) return true;
    const [header = '', payload = '', signature = ''] = parts;
    if (!isSigned(header, payload, signature)) return false;
    if (verifiedDigests.size >= maxRemembered)
      verifiedDigests.delete(verifiedDigests.values().next().value ?? '');
    verifiedDigests.add(digest);
    return true;
  };

  return (token) => {
    const parts = token.split('.');
    const claims = isKnownOrSigned(token, parts) ? parse(parts[1] ?? '') : undefined;
    if (!claims) return undefined;
    const { iss, exp, nbf } = claims;
    const now = Math.floor(systemClock.now() / 1000);
    if (iss !== issuer || typeof exp !== 'number' || exp <= now) return undefined;
    if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return undefined;
    return claims;
  };
};
