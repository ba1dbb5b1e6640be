import { createPrivateKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Failure } from '../../errors.ts';

export const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;
export type Algorithm = (typeof algorithms)[number];

export const isAlgorithm = (value: unknown): value is Algorithm =>
  algorithms.some((algorithm) => algorithm === value);

const generate = promisify(generateKeyPair);

/** An RSA key takes tens to hundreds of milliseconds on the thread pool, so callers generate several concurrently. */
export const generatePrivateKey = async (alg: Algorithm, rsaBits = 2048): Promise<KeyObject> => {
  if (alg === 'ES256') return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
  if (alg === 'EdDSA') return (await generate('ed25519')).privateKey;
  return (await generate('rsa', { modulusLength: rsaBits })).privateKey;
};

export const privateKeyFromJwk = (jwk: JsonWebKey): KeyObject =>
  createPrivateKey({ key: jwk, format: 'jwk' });

/** The algorithms that a key can sign with. Weaker keys and other curves are refused. */
export const algorithmsOf = (key: KeyObject): readonly Algorithm[] => {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return ['ES256'];
  if (type === 'ed25519') return ['EdDSA'];
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return ['RS256', 'PS256'];
  throw new Failure({
    code: 'unsupported_key',
    message: 'This key can not be used: give a P-256, an Ed25519, or an RSA key of at least 2048 bits.',
  });
};
