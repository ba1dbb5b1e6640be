interface RsaMembers {
  readonly kty?: unknown;
  readonly n?: unknown;
  readonly e?: unknown;
}

const minBits = 2048;
const maxBits = 4096;
/** Longer exponents than that of 65537 are of no use, and make a verification cost hundreds of times as much. */
const maxExponentBytes = 4;

const bytesOf = (member: unknown): Buffer => {
  const bytes = Buffer.from(typeof member === 'string' ? member : '', 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? Buffer.alloc(0) : bytes.subarray(first);
};

const bitsOf = (bytes: Buffer): number => {
  const [first] = bytes;
  return first === undefined ? 0 : bytes.length * 8 - (Math.clz32(first) - 24);
};

/**
 * What is wrong with an RSA key that a client chose. A shorter one can be factored (FAPI 2.0 §5.4.1, RFC 7518 §3.3); a
 * larger one costs this server more than the client. Undefined for a good key and for keys of other types.
 */
export const rsaKeyProblem = (jwk: object): string | undefined => {
  const { kty, n, e }: RsaMembers = jwk;
  if (kty !== 'RSA') return undefined;
  const bits = bitsOf(bytesOf(n));
  if (bits < minBits) return `has an RSA key of fewer than ${minBits} bits; make a longer one`;
  if (bits > maxBits) return `has an RSA key of more than ${maxBits} bits; make a shorter one`;
  const exponent = bytesOf(e);
  return exponent.length === 0 || exponent.length > maxExponentBytes
    ? 'has an RSA key with an unusual exponent; make one with 65537'
    : undefined;
};
