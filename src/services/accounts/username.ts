import { createHash } from 'node:crypto';
import { exitCode, Failure } from '#src/errors.ts';

const maxLength = 255;

/**
 * What two spellings of one name have in common: compatibility forms and case are folded, as many times as you like.
 * Whoever counts, remembers or compares people by name folds it like this, or another spelling is another person there.
 */
export const foldUsername = (username: string): string =>
  username.normalize('NFKC').toLowerCase().normalize('NFKC').trim();

/** Fixed length and harmless in any store, whatever the name is made of. */
export const nameFamily = (folded: string): string =>
  createHash('sha256').update(folded).digest('base64url').slice(0, 27);

/** Trimmed and fit to be shown; throws a Failure otherwise. */
export const acceptUsername = (username: string): string => {
  const name = username.trim().normalize('NFC');
  // \p{C}: control, format, private and unassigned characters, which make two names look alike.
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
