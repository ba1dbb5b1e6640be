import { createPrivateKey, type KeyObject } from 'node:crypto';
import { exitCode, Failure } from '../../errors.ts';
import { type Algorithm, algorithmsOf, isAlgorithm, privateKeyFromJwk } from './algorithms.ts';
import { LocalSigner } from './local-signer.ts';
import { publicKeyOf } from './public-jwk.ts';
import { verifySignature } from './signature.ts';

const refuse = (message: string): Failure =>
  new Failure({ code: 'unsupported_key', message, exit: exitCode.usage });

interface Parsed {
  readonly key: KeyObject;
  readonly named?: unknown;
}

/** The cause is dropped, because the message of a JSON or PEM parser may quote the key. */
const parse = (text: string): Parsed => {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text) };
    const jwk: { readonly alg?: unknown } = JSON.parse(text);
    return { key: privateKeyFromJwk({ ...jwk, key_ops: [] }), named: jwk.alg };
  } catch {
    throw refuse('This is not a private key: give a private JWK, or a PEM without a passphrase.');
  }
};

const chooseAlgorithm = (key: KeyObject, named: unknown): Algorithm => {
  const possible = algorithmsOf(key);
  if (named === undefined && possible.length > 1) {
    throw refuse(`Name the algorithm of this key: ${possible.join(' or ')}.`);
  }
  const alg = named ?? possible[0];
  if (isAlgorithm(alg) && possible.includes(alg)) return alg;
  throw refuse(`This key signs with ${possible.join(' or ')}, nothing else.`);
};

/** When a JWK has the public part of another key, nothing could verify what it signs. */
const checkPublicPart = async (key: KeyObject, alg: Algorithm): Promise<void> => {
  const data = Buffer.from('postern');
  const signature = await new LocalSigner(key, alg).sign(data);
  if (!verifySignature(alg, publicKeyOf(key), data, signature)) {
    throw refuse('The public and the private part of this key do not belong together.');
  }
};

export const readPrivateKey = async (
  text: string,
  wanted?: Algorithm,
): Promise<{ readonly key: KeyObject; readonly alg: Algorithm }> => {
  const { key, named } = parse(text);
  const alg = chooseAlgorithm(key, wanted ?? named);
  await checkPublicPart(key, alg);
  return { key, alg };
};
