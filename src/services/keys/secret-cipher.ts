import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { Failure } from '../../errors.ts';

/**
 * Encrypts texts at rest with AES-256-GCM. The context is authenticated as additional data, so an encrypted text that
 * is moved to another record doesn't decrypt there.
 */
export interface SecretCipher {
  encrypt(text: string, context: string): string;
  /** Throws `WrongKey` when another key encrypted the text, and a `Failure` when the text was changed or moved. */
  decrypt(encrypted: string, context: string): string;
  /** A keyed hash, for values that are short enough to be found by trying when the hash has no key. */
  mac(text: string, context: string): string;
}

export class WrongKey extends Failure {
  constructor() {
    super({
      code: 'wrong_key_encryption_key',
      message: 'This was encrypted with another key encryption key.',
    });
  }
}

const damaged = () =>
  new Failure({
    code: 'damaged_box',
    message: 'An encrypted text is damaged, or was moved from another record.',
  });

export const createSecretCipher = (keyEncryptionKey: Uint8Array): SecretCipher => {
  const secret = Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'postern box 1', 32));
  // Node takes ten times as long when the key is given as bytes.
  const key = createSecretKey(secret);
  const macKey = createSecretKey(Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'postern mac 1', 32)));
  /** Tells a wrong key from a damaged text. It reveals nothing about the key, which is 32 random bytes. */
  const keyMark = hash(
    'sha256',
    Buffer.concat([Buffer.from('postern box 1 mark'), secret]),
    'base64url',
  ).slice(0, 8);
  return {
    encrypt(text, context) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `1.${keyMark}.${body.toString('base64url')}`;
    },
    decrypt(encrypted, context) {
      const [version, mark, body = ''] = encrypted.split('.');
      if (version !== '1' || mark === undefined) throw damaged();
      if (mark !== keyMark) throw new WrongKey();
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
      } catch {
        throw damaged();
      }
    },
    mac: (text, context) =>
      createHmac('sha256', macKey)
        .update(JSON.stringify([context, text]))
        .digest('base64url'),
  };
};
