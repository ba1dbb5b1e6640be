import { type KeyObject, randomBytes } from 'node:crypto';
import { type Algorithm, generatePrivateKey, isAlgorithm } from './algorithms.ts';
import type { KeyEntry, SecretUse } from './entry.ts';
import { publicJwkOf } from './public-jwk.ts';
import type { KeyDraft } from './record.ts';
import type { Stamps } from './stages.ts';

/** Keys that succeed one another: those of one algorithm, or the secrets of one use. */
export type KeySeries = Algorithm | SecretUse;

export const seriesOf = (entry: KeyEntry): KeySeries => (entry.use === 'sig' ? entry.jwk.alg : entry.use);

/** A new key before its stamps are known. */
export type Material = (stamps: Stamps) => KeyDraft;

export const materialOf = (key: KeyObject, alg: Algorithm): Material => {
  const jwk = publicJwkOf(key, alg);
  const secret = JSON.stringify(key.export({ format: 'jwk' }));
  return (stamps) => ({ use: 'sig', kid: jwk.kid, jwk, secret, stamps });
};

export const generateMaterial = async (series: KeySeries, rsaBits: number): Promise<Material> => {
  if (isAlgorithm(series)) return materialOf(await generatePrivateKey(series, rsaBits), series);
  const kid = `${series}-${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(32).toString('base64url');
  return (stamps) => ({ use: series, kid, secret, stamps });
};
