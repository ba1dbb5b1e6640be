import { createCipheriv, createDecipheriv, createSecretKey, hash, hkdfSync, randomBytes } from 'node:crypto';
import { Failure } from '#src/errors.ts';

/** Keeps texts at rest: AES-256-GCM, with the place where the text belongs as additional data. */
export interface SecretCipher {
  encrypt(text: string, context?: string): string;
  /** Throws `WrongKey` for what another key sealed, `Failure` for what was tampered with or moved elsewhere. */
  decrypt(encrypted: string, context?: string): string;
}

export class WrongKey extends Failure {
  constructor() {
    super({
      code: 'wrong_key_encryption_key',
      message: 'This was sealed with another key encryption key.',
    });
  }
}

const damaged = () =>
  new Failure({ code: 'damaged_box', message: 'A sealed text is damaged or out of place.' });

export const createSecretCipher = (keyEncryptionKey: Uint8Array): SecretCipher => {
  const secret = Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'postern box 1', 32));
  // As an object: Node takes ten times as long for a key that is bytes.
  const key = createSecretKey(secret);
  /** Tells a wrong key from a damaged text; says nothing about the key, which is 32 random bytes. */
  const keyMark = hash(
    'sha256',
    Buffer.concat([Buffer.from('postern box 1 mark'), secret]),
    'base64url',
  ).slice(0, 8);
  return {
    encrypt(text, context = '') {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `1.${keyMark}.${body.toString('base64url')}`;
    },
    decrypt(encrypted, context = '') {
      const [version, by, body = ''] = encrypted.split('.');
      if (version !== '1' || by === undefined) throw damaged();
      if (by !== keyMark) throw new WrongKey();
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
      } catch {
        throw damaged();
      }
    },
  };
};
