import type { PasskeyMessages } from './messages.ts';

export const en = {
  form: {
    canceled: 'No passkey was used. Try again, or go on another way.',
    exists: 'There is already a passkey for your account on this device.',
    failed: 'This browser couldn’t use a passkey here.',
  },
  signIn: {
    refused: 'This passkey didn’t work. Sign in another way.',
    otherAccount: 'This passkey belongs to another account. Choose one of this account.',
  },
  offer: {
    title: 'Sign in faster next time',
    why: 'With a passkey you sign in with your fingerprint, face or screen lock instead of your password.',
    how: 'Create it only on your own device. It stays with your password manager or on this device.',
    create: 'Create a passkey',
    later: 'Not now',
    refused: 'The passkey couldn’t be created. You can try again, or go on without one.',
    as: (account) => ['Signed in as ', account, '.'],
  },
  names: { securityKey: 'Security key', passkey: 'Passkey' },
} satisfies PasskeyMessages;
