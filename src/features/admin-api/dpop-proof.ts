import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTVerifyResult, jwtVerify } from 'jose';
import type { Config } from '#config';
import { dpopNoncesOf } from '../../provider/dpop-nonces.ts';
import type { Engine } from '../../provider/engine.ts';
import { rsaKeyProblem } from '../../provider/keys/rsa-keys.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { TokenRefused } from './token-refused.ts';

interface Dependencies {
  readonly config: Pick<Config, 'issuer' | 'admin' | 'security'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly engine: () => Engine;
}

interface ProofRequest {
  readonly raw: IncomingMessage;
  readonly token: string;
  /** The thumbprint of the key that the token is bound to. */
  readonly thumbprint: string;
}

export const proofAlgorithms = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const;
/** The token endpoint allows proofs of the same age (features/sender-constraint). */
const maxAgeSeconds = 300;
const maxAheadSeconds = 60;
const maxIdLength = 256;

const refuse = (message: string): TokenRefused =>
  new TokenRefused({ code: 'invalid_dpop_proof', scheme: 'DPoP', message });

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** RFC 9449 §4.3: without query and fragment. */
const withoutQuery = (uri: unknown): string | undefined => {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  return url === null ? undefined : `${url.origin}${url.pathname}`;
};

const hostnameOf = (host: string): string | undefined => URL.parse(`http://${host}`)?.hostname;

/** Node has an IPv4 address as IPv6 where it listens for both. */
const addressAsHost = (address = ''): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]` : plain;
};

/** Verifies the proof of possession of a request to the API (RFC 9449 §7), and lets each proof be used once. */
export const createVerifyProof = ({ config, store, clock, engine }: Dependencies) => {
  const { issuer, admin, security } = config;
  const names = new Set([
    new URL(issuer).hostname,
    ...['localhost', '127.0.0.1', '[::1]'],
    ...[addressAsHost(admin.listen?.host), ...security.allowed_hosts].map(hostnameOf),
  ]);

  /**
   * On a port of its own, the API has the address that the client uses. Its name must be one of this server: with any other,
   * who gets a token and a proof that a client made for a server of theirs could use both here.
   */
  const isOwnHost = ({ headers: { host = '' }, socket }: IncomingMessage): boolean => {
    const name = hostnameOf(host);
    return names.has(name) || name === hostnameOf(addressAsHost(socket.localAddress));
  };

  const addressesOf = (raw: IncomingMessage): readonly string[] => {
    const { headers, url = '' } = raw;
    const [path = ''] = url.split('?');
    const isApart = admin.listen !== undefined && isOwnHost(raw);
    const own = isApart ? [`http://${headers.host}${path}`, `https://${headers.host}${path}`] : [];
    return [`${issuer}${path}`, ...own];
  };

  const verify = async (proof: string): Promise<JWTVerifyResult> => {
    try {
      return await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...proofAlgorithms],
        currentDate: new Date(clock.now()),
      });
    } catch {
      throw refuse('the DPoP proof is no JWT that its own public key has signed');
    }
  };

  /** RFC 9449 §9. A proof without a nonce could have been made ahead of time. */
  const checkNonce = (nonce: unknown): void => {
    const nonces = dpopNoncesOf(engine().provider);
    const isGood =
      nonce === undefined
        ? config.security.dpop_nonce !== 'required'
        : typeof nonce === 'string' && nonces.isCurrent(nonce);
    if (isGood) return;
    throw new TokenRefused({
      code: 'use_dpop_nonce',
      scheme: 'DPoP',
      message: 'the DPoP proof must have the nonce of this response',
      nonce: nonces.next(),
    });
  };

  const spend = async (thumbprint: string, id: string): Promise<void> => {
    const family = digest(JSON.stringify(['admin proof', thumbprint, id])).slice(0, 24);
    const expiresAt = clock.now() + (maxAgeSeconds + maxAheadSeconds + 1) * 1000;
    try {
      await store.commit([
        { op: 'insert', key: { kind: kinds.replay, family, id: '' }, body: '', expiresAt },
      ]);
    } catch (error) {
      if (error instanceof Conflict)
        throw refuse('the DPoP proof was used before: make one for each request');
      throw error;
    }
  };

  return async ({ raw, token, thumbprint }: ProofRequest): Promise<void> => {
    const { dpop: proof } = raw.headers;
    if (typeof proof !== 'string') throw refuse('the token is bound to a key: send one DPoP proof');
    const { payload, protectedHeader } = await verify(proof);
    const { jwk = {}, crit } = protectedHeader;
    if (crit !== undefined) throw refuse('the DPoP proof has a critical extension (crit)');
    const problem = rsaKeyProblem(jwk);
    if (problem !== undefined) throw refuse(`the DPoP proof ${problem}`);
    if ((await calculateJwkThumbprint(jwk)) !== thumbprint)
      throw refuse('the DPoP proof is of another key than the token');
    const { htm, htu, ath, jti, iat, nonce } = payload;
    if (htm !== raw.method) throw refuse('htm of the DPoP proof is not the method of the request');
    if (!addressesOf(raw).includes(withoutQuery(htu) ?? ''))
      throw refuse('htu of the DPoP proof is not the address of the request');
    if (ath !== digest(token)) throw refuse('ath of the DPoP proof is not the digest of the token');
    const now = clock.now() / 1000;
    if (typeof iat !== 'number' || iat < now - maxAgeSeconds || iat > now + maxAheadSeconds)
      throw refuse('iat of the DPoP proof is not the time of now');
    if (typeof jti !== 'string' || jti === '' || jti.length > maxIdLength)
      throw refuse('the DPoP proof has no jti of 1 to 256 characters');
    checkNonce(nonce);
    await spend(thumbprint, jti);
  };
};
