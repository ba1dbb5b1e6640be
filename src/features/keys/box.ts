import { createCipheriv, createDecipheriv, createSecretKey, hash, hkdfSync, randomBytes } from 'node:crypto';
import { Failure } from '#src/errors.ts';

/** Keeps texts at rest: AES-256-GCM, with the place where the text belongs as additional data. */
export interface Box {
  seal(text: string, place?: string): string;
  /** Throws `WrongKey` for what another key sealed, `Failure` for what was tampered with or moved elsewhere. */
  open(sealed: string, place?: string): string;
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

export const createBox = (keyEncryptionKey: Uint8Array): Box => {
  const secret = Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'postern box 1', 32));
  // As an object: Node takes ten times as long for a key that is bytes.
  const key = createSecretKey(secret);
  /** Tells a wrong key from a damaged text; says nothing about the key, which is 32 random bytes. */
  const mark = hash('sha256', Buffer.concat([Buffer.from('postern box 1 mark'), secret]), 'base64url').slice(
    0,
    8,
  );
  return {
    seal(text, place = '') {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place));
      const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `1.${mark}.${body.toString('base64url')}`;
    },
    open(sealed, place = '') {
      const [version, by, body = ''] = sealed.split('.');
      if (version !== '1' || by === undefined) throw damaged();
      if (by !== mark) throw new WrongKey();
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
      } catch {
        throw damaged();
      }
    },
  };
};
