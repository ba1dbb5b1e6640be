import { constants, type KeyObject, verify } from 'node:crypto';
import type { Algorithm } from './algorithms.ts';

export const digestOf = (alg: Algorithm): 'sha256' | null => (alg === 'EdDSA' ? null : 'sha256');

/** ES256 signatures are r followed by s (RFC 7518 §3.4). The salt of PS256 is as long as the hash (§3.5). */
export const parametersOf = (alg: Algorithm, key: KeyObject) => {
  if (alg === 'ES256') return { key, dsaEncoding: 'ieee-p1363' as const };
  if (alg !== 'PS256') return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
};

export const verifySignature = (
  alg: Algorithm,
  publicKey: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
) => verify(digestOf(alg), data, parametersOf(alg, publicKey), signature);
