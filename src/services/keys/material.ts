import { type KeyObject, randomBytes } from 'node:crypto';
import { type Algorithm, generatePrivateKey, isAlgorithm } from './algorithms.ts';
import type { KeyEntry, SecretUse } from './entry.ts';
import { publicJwkOf } from './public-jwk.ts';
import type { KeyDraft } from './record.ts';
import type { Stamps } from './stages.ts';

/** What succeeds one another: the keys of an algorithm, or the secrets of a use. */
export type KeySeries = Algorithm | SecretUse;

export const seriesOf = (entry: KeyEntry): KeySeries => (entry.use === 'sig' ? entry.jwk.alg : entry.use);

/** A draft without its stamps. */
export type Material = (stamps: Stamps) => KeyDraft;

export const materialOf = (key: KeyObject, alg: Algorithm): Material => {
  const jwk = publicJwkOf(key, alg);
  const secret = JSON.stringify(key.export({ format: 'jwk' }));
  return (stamps) => ({ use: 'sig', kid: jwk.kid, jwk, secret, stamps });
};

export const generateMaterial = async (line: KeySeries, rsaBits: number): Promise<Material> => {
  if (isAlgorithm(line)) return materialOf(await generatePrivateKey(line, rsaBits), line);
  const kid = `${line}-${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(32).toString('base64url');
  return (stamps) => ({ use: line, kid, secret, stamps });
};
