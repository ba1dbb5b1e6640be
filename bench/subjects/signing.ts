import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { rawSignature } from '#src/services/keys/local-signer.ts';
import type { Algorithm } from '../fixtures.ts';

const signOnThreadPool = promisify(sign);

const keyGenerators: Record<Algorithm, () => KeyObject> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};

const encodePart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs JWTs by `node:crypto` alone: elliptic curves synchronously, RSA on the thread pool. */
export const createSigner = () => {
  const keys = new Map<Algorithm, KeyObject>();
  return async (alg: Algorithm, typ: string | undefined, payload: object): Promise<string> => {
    const key = keys.get(alg) ?? keyGenerators[alg]();
    keys.set(alg, key);
    const text = `${encodePart({ alg, typ, kid: `key-${alg}` })}.${encodePart(payload)}`;
    const data = Buffer.from(text);
    const signature =
      alg === 'RS256'
        ? await signOnThreadPool('sha256', data, key)
        : alg === 'EdDSA'
          ? sign(null, data, key)
          : rawSignature(sign('sha256', data, key));
    return `${text}.${Buffer.from(signature).toString('base64url')}`;
  };
};
