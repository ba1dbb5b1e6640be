import { flag, list, section, text } from '../schema/build.ts';

export const signUp = section('Accounts that people create themselves, with `pages.create_account`.', {
  verify_email: flag(
    'Create an account only after a code was typed that is sent to its e-mail address. In production it needs `mail`.',
    { default: false },
  ),
  email_domains: list(
    text('A domain.', { format: 'mail-domain' }),
    'Only addresses at these domains may create an account, and people change their address to no other one. It needs `verify_email`. Empty: any domain.',
    { default: [] },
  ),
});
