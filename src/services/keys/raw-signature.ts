/** Bytes of one number of P-256. */
const width = 32;

/** A number of ASN.1 is signed and as short as can be; here it has its full width. */
const copyInteger = (from: Uint8Array, at: number, length: number, into: Uint8Array, end: number): void => {
  let start = at;
  let left = length;
  while (left > width && from[start] === 0) {
    start++;
    left--;
  }
  if (left > width) throw new Error('a signature is larger than its curve');
  into.set(from.subarray(start, start + left), end - left);
};

/**
 * ES256 as RFC 7518 §3.4 wants it, r and s side by side, from the DER that OpenSSL makes. Node converts too, but takes
 * longer for it than for the signature.
 */
export const rawSignature = (der: Uint8Array): Uint8Array => {
  const raw = new Uint8Array(2 * width);
  // SEQUENCE, its length (below 128 on this curve), INTEGER, length, r, INTEGER, length, s.
  const lengthOfR = der[3] ?? 0;
  const lengthOfS = der[5 + lengthOfR] ?? 0;
  if (der[0] !== 0x30 || der[2] !== 0x02 || der[4 + lengthOfR] !== 0x02 || der[1] !== der.length - 2)
    throw new Error('a signature is not in DER');
  copyInteger(der, 4, lengthOfR, raw, width);
  copyInteger(der, 6 + lengthOfR, lengthOfS, raw, 2 * width);
  return raw;
};
