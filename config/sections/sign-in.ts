import { choice, flag, list, section } from '../schema/build.ts';

export const signIn = section('How people sign in.', {
  identifiers: list(
    choice(['username', 'email'], 'What the person types.'),
    'What names an account on the sign-in page. email: also the verified e-mail address of an account, which then belongs to one account only. `username` always works.',
    { default: ['username'], minItems: 1 },
  ),
  email_code: flag(
    'Sign in by a code of six digits that is sent to the verified address of the account, instead of the password. In production it needs `mail`.',
    { default: false },
  ),
});
