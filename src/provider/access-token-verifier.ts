import { constants, createPublicKey, hash, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

type Claims = Readonly<Record<string, unknown>>;

interface VerificationKey {
  readonly alg: string;
  readonly key: KeyObject;
}

/** Tokens that verified are known again by their digests: an API asks about the same one many times. */
const maxRemembered = 2_000;

/** One number of ASN.1: as short as can be, and with a zero before it when it would look negative. */
const toInteger = (number: Buffer): Buffer => {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  const rest = number.subarray(start);
  const padded = (rest[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), rest]) : rest;
  return Buffer.concat([Buffer.of(0x02, padded.length), padded]);
};

/** From RFC 7518 §3.4 to what OpenSSL reads, which is faster than to have Node convert it. */
const toDer = (raw: Buffer): Buffer => {
  const numbers = Buffer.concat([toInteger(raw.subarray(0, 32)), toInteger(raw.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, numbers.length), numbers]);
};

const isSignatureValid = ({ alg, key }: VerificationKey, data: Buffer, signature: Buffer): boolean => {
  switch (alg) {
    case 'ES256':
      return signature.length === 64 && verify('sha256', data, key, toDer(signature));
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
    // Just looked at; the members stay unknown.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
};

/** What our own access tokens say (RFC 9068), when their signature is ours and they have not expired. */
export const createAccessTokenVerifier = (
  jwks: { readonly keys: readonly (JsonWebKey & { kid?: string; alg?: string })[] },
  issuer: string,
): ((token: string) => Claims | undefined) => {
  const keys = new Map<unknown, VerificationKey>(
    jwks.keys.map(({ kid, alg = '', ...jwk }) => [
      kid,
      { alg, key: createPublicKey({ key: jwk, format: 'jwk' }) },
    ]),
  );
  const verifiedDigests = new Set<string>();

  const isSignedByUs = (header: string, payload: string, signature: string): boolean => {
    const head = parse(header);
    const verificationKey = head && keys.get(head['kid']);
    // RFC 8725 §3.1: the algorithm is that of the key; an extension that must be understood is not.
    if (!verificationKey || head['alg'] !== verificationKey.alg || head['typ'] !== 'at+jwt' || 'crit' in head)
      return false;
    return isSignatureValid(
      verificationKey,
      Buffer.from(`${header}.${payload}`),
      Buffer.from(signature, 'base64url'),
    );
  };

  const isKnownOrSignedByUs = (token: string, parts: readonly string[]): boolean => {
    const digest = hash('sha256', token, 'base64url');
    if (verifiedDigests.has(digest)) return true;
    const [header = '', payload = '', signature = ''] = parts;
    if (!isSignedByUs(header, payload, signature)) return false;
    if (verifiedDigests.size >= maxRemembered)
      verifiedDigests.delete(verifiedDigests.values().next().value ?? '');
    verifiedDigests.add(digest);
    return true;
  };

  return (token) => {
    const parts = token.split('.');
    const claims = isKnownOrSignedByUs(token, parts) ? parse(parts[1] ?? '') : undefined;
    if (!claims) return undefined;
    const { iss, exp, nbf } = claims;
    const now = Math.floor(Date.now() / 1000);
    if (iss !== issuer || typeof exp !== 'number' || exp <= now) return undefined;
    if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return undefined;
    return claims;
  };
};
