import { hash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { Journal } from './journal.ts';

export type ProofKey = NonNullable<Journal['key']>;

export const createProofKey = async (): Promise<ProofKey> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const open = await exportJWK(publicKey);
  return { secret: await exportJWK(privateKey), open, thumbprint: await calculateJwkThumbprint(open) };
};

interface ProofOptions {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly now: number;
  readonly nonce?: string | undefined;
  /** The access token that the proof is sent with, at an API. */
  readonly token?: string;
}

/** RFC 9449 §4.2. */
export const createProof = async (
  { secret, open }: ProofKey,
  { method, url, now, nonce, token }: ProofOptions,
): Promise<string> =>
  new SignJWT({
    htm: method,
    htu: url,
    jti: randomUUID(),
    iat: Math.floor(now / 1000),
    ...(nonce !== undefined && { nonce }),
    ...(token !== undefined && { ath: hash('sha256', token, 'base64url') }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: open })
    .sign(await importJWK(secret, 'ES256'));
