import { type Rule, when } from './rule.ts';

const fold = (name: string): string => name.normalize('NFKC').toLowerCase().normalize('NFKC').trim();

export const identifiersHaveUsernames: Rule = {
  needs: ['sign_in'],
  check: ({ sign_in: { identifiers } }) =>
    when(
      !identifiers.includes('username'),
      ['sign_in', 'identifiers'],
      'Needs username: an account without a verified address has nothing else. Make the address the username instead.',
    ),
};

/** With sign-in by address, user names and verified addresses share one set of names. */
export const signInNamesDiffer: Rule = {
  needs: ['sign_in', 'accounts'],
  check({ sign_in: { identifiers }, accounts }) {
    if (!identifiers.includes('email')) return [];
    const verified = accounts.map(({ email, email_verified: isVerified }) =>
      isVerified === true && email !== undefined ? fold(email) : undefined,
    );
    return accounts.flatMap(({ username }, index) => [
      ...when(
        username.includes('@') && fold(username) !== verified[index],
        ['accounts', String(index), 'username'],
        'With sign_in.identifiers: email, a name with @ must be the verified email of the account itself.',
      ),
      ...when(
        verified[index] !== undefined && verified.indexOf(verified[index]) !== index,
        ['accounts', String(index), 'email'],
        'Is the verified address of another account too. With sign_in.identifiers: email, it belongs to one only.',
      ),
    ]);
  },
};
