import type { AccountMessages } from './messages.ts';

export const en = {
  menu: { label: 'Your account', signOut: 'Sign out' },
  signInFailed: {
    title: 'You’re not signed in',
    why: 'The sign-in was canceled, was completed before, or was started in another browser.',
    again: 'Go to your account',
  },
  overview: { title: 'Your account', menu: 'Overview' },
} satisfies AccountMessages;
