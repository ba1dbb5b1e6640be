import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import type { Algorithm } from './algorithms.ts';

/** The published part of a key. It is built by naming its members, so that no private member gets into it. */
export interface PublicJwk {
  readonly kty: string;
  readonly use: 'sig';
  readonly alg: Algorithm;
  readonly kid: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

const members = (key: KeyObject): Readonly<Record<string, string>> => {
  const { kty = '', crv = '', x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' });
  if (kty === 'EC') return { crv, kty, x, y };
  if (kty === 'OKP') return { crv, kty, x };
  return { e, kty, n };
};

/** RFC 7638 §3: the required members only, in lexicographic order, without white space. */
const thumbprint = (publicKey: KeyObject): string =>
  hash('sha256', JSON.stringify(members(publicKey)), 'base64url');

export const publicKeyOf = (key: KeyObject): KeyObject =>
  key.type === 'private' ? createPublicKey(key) : key;

export const publicJwkOf = (
  key: KeyObject,
  alg: Algorithm,
  kid = thumbprint(publicKeyOf(key)),
): PublicJwk => {
  const { kty = '', ...rest } = members(publicKeyOf(key));
  return { kty, use: 'sig', alg, kid, ...rest };
};
