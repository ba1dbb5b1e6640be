import type { JsonWebKey } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { record } from '../../store/record.ts';
import { type Algorithm, isAlgorithm, privateKeyFromJwk } from './algorithms.ts';
import { type KeyEntry, type SecretEntry, secretUses } from './entry.ts';
import { LocalSigner } from './local-signer.ts';
import { type PublicJwk, publicJwkOf } from './public-jwk.ts';
import { type SecretCipher, WrongKey } from './secret-cipher.ts';
import type { Stamps } from './stages.ts';

type Members = Readonly<Record<string, unknown>>;

interface CommonFields extends Stamps {
  readonly kid: string;
  readonly sealed: string;
}

/** The public part isn't encrypted, so a key whose private part is damaged still verifies. */
interface SigningRecord extends CommonFields {
  readonly use: 'sig';
  readonly alg: Algorithm;
  readonly public_jwk: JsonWebKey;
}

interface SecretRecord extends CommonFields {
  readonly use: SecretEntry['use'];
}

/** A key to be written. `secret` is the private JWK as JSON, or the bytes of a secret as base64url. */
export type KeyDraft = { readonly kid: string; readonly stamps: Stamps; readonly secret: string } & (
  | { readonly use: 'sig'; readonly jwk: PublicJwk }
  | { readonly use: SecretEntry['use'] }
);

const format = record<Members>('key');

export const encode = (draft: KeyDraft, cipher: SecretCipher): string => {
  const { kid, stamps, secret, use } = draft;
  const signing = draft.use === 'sig' ? { alg: draft.jwk.alg, public_jwk: draft.jwk } : {};
  return format.encode({ kid, use, ...signing, ...stamps, sealed: cipher.encrypt(secret, kid) });
};

export interface Decoded {
  readonly entry?: KeyEntry;
  readonly problem?: 'damaged' | 'wrong_key';
}

const stampsOf = ({ created, active_at, retire_at, remove_at }: Stamps): Stamps => ({
  created,
  active_at,
  ...(retire_at === undefined ? {} : { retire_at }),
  ...(remove_at === undefined ? {} : { remove_at }),
});

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

const isStamp = (value: unknown): boolean => Number.isSafeInteger(value);

const hasCommonFields = (value: Members, kid: string): boolean =>
  value['kid'] === kid &&
  typeof value['sealed'] === 'string' &&
  [value['created'], value['active_at']].every(isStamp) &&
  [value['retire_at'], value['remove_at']].every((stamp) => stamp === undefined || isStamp(stamp));

const hasFieldsOfUse = (value: Members): boolean =>
  value['use'] === 'sig'
    ? isAlgorithm(value['alg']) && isObject(value['public_jwk'])
    : secretUses.some((use) => use === value['use']);

const isRecord = (value: unknown, kid: string): value is SigningRecord | SecretRecord =>
  isObject(value) && hasCommonFields(value, kid) && hasFieldsOfUse(value);

const parse = (kid: string, body: string): SigningRecord | SecretRecord => {
  const value: unknown = format.tryDecode(body);
  if (isRecord(value, kid)) return value;
  throw new Error('not a key record');
};

const decryptJwk = (cipher: SecretCipher, { sealed, kid }: { sealed: string; kid: string }): JsonWebKey =>
  JSON.parse(cipher.decrypt(sealed, kid));

const signingEntry = (stored: SigningRecord, cipher: SecretCipher): Decoded => {
  const jwk = publicJwkOf(createPublicKey({ key: stored.public_jwk, format: 'jwk' }), stored.alg);
  if (jwk.kid !== stored.kid) return { problem: 'damaged' };
  const entry = { use: 'sig', kid: stored.kid, stamps: stampsOf(stored), jwk, held: 'here' } as const;
  try {
    const signer = new LocalSigner(privateKeyFromJwk(decryptJwk(cipher, stored)), stored.alg);
    if (signer.kid === stored.kid) return { entry: { ...entry, signer } };
    return { entry: { ...entry, signer: undefined }, problem: 'damaged' };
  } catch (error) {
    const problem = error instanceof WrongKey ? 'wrong_key' : 'damaged';
    return { entry: { ...entry, signer: undefined }, problem };
  }
};

/** Never throws, so that one bad record doesn't stop the others. */
export const decode = (kid: string, body: string, cipher: SecretCipher): Decoded => {
  try {
    const stored = parse(kid, body);
    if (stored.use === 'sig') return signingEntry(stored, cipher);
    const secret = Buffer.from(cipher.decrypt(stored.sealed, kid), 'base64url');
    if (secret.length !== 32) return { problem: 'damaged' };
    return { entry: { use: stored.use, kid, stamps: stampsOf(stored), secret } };
  } catch (error) {
    return { problem: error instanceof WrongKey ? 'wrong_key' : 'damaged' };
  }
};

/** Undefined for a damaged record. */
export const tryReadStamps = (kid: string, body: string): Stamps | undefined => {
  try {
    return stampsOf(parse(kid, body));
  } catch {
    return undefined;
  }
};

export const replaceStamps = (body: string, stamps: Stamps): string =>
  format.encode({ ...format.decode(body), ...stamps });

export const decryptPrivateJwk = (
  kid: string,
  body: string,
  cipher: SecretCipher,
): JsonWebKey | undefined => {
  const stored = parse(kid, body);
  return stored.use === 'sig' ? decryptJwk(cipher, stored) : undefined;
};
