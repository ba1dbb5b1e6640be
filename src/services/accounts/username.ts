import { createHash } from 'node:crypto';
import { exitCode, Failure } from '#src/errors.ts';

const maxLength = 255;

/**
 * Folds compatibility forms and case, and is idempotent. Every comparison, count or key by user name has to use it;
 * otherwise another spelling of the name counts as another person.
 */
export const foldUsername = (username: string): string =>
  username.normalize('NFKC').toLowerCase().normalize('NFKC').trim();

/** A store key of fixed length, whatever characters the name has. */
export const nameFamily = (folded: string): string =>
  createHash('sha256').update(folded).digest('base64url').slice(0, 27);

/** Returns the trimmed name, or throws a Failure if the name can't be shown. */
export const acceptUsername = (username: string): string => {
  const name = username.trim().normalize('NFC');
  // \p{C} is control, format, private and unassigned characters. They make two names look alike.
  if (name === '' || name.length > maxLength || /\p{C}/u.test(name)) {
    throw new Failure({
      code: 'username_invalid',
      message: `A user name has 1 to ${maxLength} visible characters.`,
      status: 422,
      exit: exitCode.usage,
    });
  }
  return name;
};
