import { createPublicKey, type KeyObject } from 'node:crypto';
import { exitCode, Failure } from '../../errors.ts';
import { algorithmsOf } from './algorithms.ts';
import type { SigningEntry } from './entry.ts';
import { RemoteSigner } from './remote-signer.ts';
import type { KeysConfig } from './settings.ts';

type RemoteConfig = KeysConfig['keys']['remote'][number];

const refuse = (kid: string, what: string): Failure =>
  new Failure({ code: 'remote_key', message: `keys.remote, ${kid}: ${what}`, exit: exitCode.configuration });

const loopback = ['localhost', '127.0.0.1', '[::1]'];

const checkUrl = ({ kid, url }: RemoteConfig): void => {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && loopback.includes(hostname))) return;
  throw refuse(kid, 'url must be https (http on loopback only).');
};

const publicKeyIn = ({ kid, public_jwk }: RemoteConfig): KeyObject => {
  if ('d' in public_jwk) throw refuse(kid, 'public_jwk holds a private key: give only the public part.');
  try {
    return createPublicKey({ key: { ...public_jwk }, format: 'jwk' });
  } catch {
    throw refuse(kid, 'public_jwk is not a public JWK.');
  }
};

const entryOf = (config: RemoteConfig): SigningEntry => {
  checkUrl(config);
  const publicKey = publicKeyIn(config);
  const { kid, alg, active_from } = config;
  if (!algorithmsOf(publicKey).includes(alg)) throw refuse(kid, `public_jwk is no key for ${alg}.`);
  const signer = new RemoteSigner(config, publicKey);
  const stamps = { created: 0, active_at: active_from === undefined ? 0 : Date.parse(active_from) };
  return { use: 'sig', kid, stamps, jwk: signer.publicJwk, signer, held: 'remote' };
};

/** Keys that a signing service holds. They are listed in the configuration and not in the store. */
export const remoteKeys = (config: KeysConfig): readonly SigningEntry[] => config.keys.remote.map(entryOf);
