import { choice, list, section } from '../schema/build.ts';

export const signIn = section('How people sign in.', {
  identifiers: list(
    choice(['username', 'email'], 'What the person types.'),
    'What names an account on the sign-in page. email: also the verified e-mail address of an account, which then belongs to one account only. `username` always works.',
    { default: ['username'], minItems: 1 },
  ),
});
