import type { AccountMessages } from './messages.ts';

export const en = {
  menu: { label: 'Your account', signOut: 'Sign out' },
  signInFailed: {
    title: 'You’re not signed in',
    why: 'The sign-in was canceled, was completed before, or was started in another browser.',
    again: 'Go to your account',
  },
  overview: { title: 'Your account', menu: 'Overview' },
  methods: { pwd: 'Password', otp: 'One-time code', hwk: 'Passkey', swk: 'Passkey' },
  sessions: {
    title: 'Where you’re signed in',
    hint: 'These browsers are signed in to your account. If you don’t recognize one, sign it out and change your password.',
    current: 'This device',
    now: 'Now',
    lastUsed: 'Last used',
    signedIn: 'Signed in',
    address: 'IP address',
    method: 'Signed in with',
    apps: 'Apps',
    end: 'Sign out',
    endOthers: 'Sign out all other devices',
    onlyThis: 'You’re signed in on this device only.',
    more: 'Older sign-ins',
    ended: 'Signed out.',
    endTitle: 'Sign out this device?',
    endOthersTitle: 'Sign out all other devices?',
    consequence: 'Apps that were used there are notified, and ask for a new sign-in.',
    offline: 'Also end long-term access',
    offlineHint:
      'Some apps may keep access while you’re signed out, for example to synchronize. Tick this to end that too.',
    endSubmit: 'Sign out',
  },
} satisfies AccountMessages;
