import { generateKeyPairSync } from 'node:crypto';

let decoy: string | undefined;

/** RFC 9053 §7.1.1: an ES256 key of the curve P-256, up to its coordinates. */
const head = Buffer.from('a50102032620012158', 'hex');

/**
 * A public key that no signature fits: an unknown passkey costs as much as a known one with a wrong signature. It is made
 * when it is first needed. In base64url.
 */
export const decoyPublicKey = (): string => {
  decoy ??= makeDecoy();
  return decoy;
};

const makeDecoy = (): string => {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'jwk',
  });
  const coordinate = (text: string): Buffer => Buffer.from(text, 'base64url');
  return Buffer.concat([
    head,
    Buffer.from('20', 'hex'),
    coordinate(x),
    Buffer.from('225820', 'hex'),
    coordinate(y),
  ]).toString('base64url');
};
