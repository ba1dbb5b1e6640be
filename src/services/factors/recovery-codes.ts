import { createHash, randomBytes } from 'node:crypto';
import type { SecretCipher } from '../keys/index.ts';

const recoveryCodeCount = 10;
const length = 10;
/** Crockford's alphabet: no letter looks like a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 50 random bits: few enough to write down, and too few for a hash without a key, which can be searched in hours. */
const newCode = (): string => {
  const code = [...randomBytes(length)].map((byte) => alphabet[byte & 31]).join('');
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
};

export const newRecoveryCodes = (): readonly string[] => Array.from({ length: recoveryCodeCount }, newCode);

/** Reads what a person may have written down instead of a digit. */
const fold = (typed: string): string =>
  typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');

/** The code of one account is another one's by chance only, and their hashes differ even then. */
export const hashOfRecoveryCode = (cipher: SecretCipher, account: string, typed: string): string =>
  cipher.mac(fold(typed), `recovery code ${account}`);

/** The form of codes that were made before hashes had a key. They count until the person renews them. */
export const formerHashOfRecoveryCode = (account: string, typed: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['recovery code', account, fold(typed)]))
    .digest('base64url');
