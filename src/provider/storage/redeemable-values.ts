/**
 * Records are named by digests, so reading the store gives no code or token that could be used. A few records have to
 * give such a value back: those that lead from a user code or a sign-in to what it is about, and those that a ping is
 * made of. They hold it encrypted.
 */
import type { Key } from '../../store/port.ts';

/** Encrypts texts at rest. A text decrypts only in the context that it was encrypted for. */
export interface StorageCipher {
  encrypt(text: string, context: string): string;
  decrypt(encrypted: string, context: string): string;
}

/** No value contains a colon. */
const prefix = 'enc:';

/** The record that holds the value. */
type EncryptionContext = Pick<Key, 'kind' | 'family'>;

const contextText = ({ kind, family }: EncryptionContext): string => `stored value\n${kind}\n${family}`;

export const encryptValue = (cipher: StorageCipher, context: EncryptionContext, value: string): string =>
  prefix + cipher.encrypt(value, contextText(context));

/** The version before this one stored the values in clear. They live for a day at most. */
export const decryptValue = (cipher: StorageCipher, context: EncryptionContext, stored: string): string =>
  stored.startsWith(prefix) ? cipher.decrypt(stored.slice(prefix.length), contextText(context)) : stored;

/** Replaces the texts of these names; what is absent stays absent. */
export const mapTexts = <T extends Readonly<Record<string, unknown>>>(
  record: T,
  names: readonly (keyof T & string)[],
  map: (text: string) => string,
): T => {
  const texts = names.flatMap((name) => {
    const value = record[name];
    return typeof value === 'string' ? [[name, map(value)]] : [];
  });
  return texts.length === 0 ? record : { ...record, ...Object.fromEntries(texts) };
};
