/**
 * A JWS has the two numbers of an ES256 signature side by side, each 32 bytes long (RFC 7518 §3.4). OpenSSL reads them
 * as a DER sequence of two integers. Node converts too, with `dsaEncoding: 'ieee-p1363'`, but a verification then
 * takes 110 µs instead of 75 µs (Node 24); this conversion takes 2 µs.
 */

const width = 32;

const sequence = 0x30;
const integer = 0x02;

/** DER integers are as short as possible, and have a zero byte in front where the first bit would make them negative. */
const toInteger = (number: Buffer): Buffer => {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  const significant = number.subarray(start);
  const isNegative = (significant[0] ?? 0) > 0x7f;
  const content = isNegative ? Buffer.concat([Buffer.of(0), significant]) : significant;
  return Buffer.concat([Buffer.of(integer, content.length), content]);
};

/** Undefined when the signature does not have the length of one for P-256. */
export const toDer = (signature: Buffer): Buffer | undefined => {
  if (signature.length !== 2 * width) return undefined;
  const numbers = Buffer.concat([
    toInteger(signature.subarray(0, width)),
    toInteger(signature.subarray(width)),
  ]);
  return Buffer.concat([Buffer.of(sequence, numbers.length), numbers]);
};
