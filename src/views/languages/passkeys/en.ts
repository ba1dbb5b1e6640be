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
    needed: 'One more step: confirm with your passkey that it’s you.',
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
  list: {
    title: 'Passkeys',
    hint: 'With a passkey you sign in with your fingerprint, face or screen lock instead of your password.',
    none: 'You have no passkey yet.',
    addSecond: 'Add a second passkey on another device, so that you can still sign in if you lose this one.',
    add: 'Add a passkey',
    rename: 'Rename',
    remove: 'Remove',
    created: 'Created',
    lastUsed: 'Last used',
    never: 'Never',
    keptBy: 'Kept by',
    copies: 'Where it works',
    synced: 'On all devices of your password manager',
    notSynced: 'On one device so far',
    deviceBound: 'On this one device only',
    done: {
      added: 'The passkey was added.',
      renamed: 'The name was changed.',
      removed: 'The passkey was removed.',
    },
  },
  add: {
    title: 'Add a passkey',
    hint: 'Your browser asks where to keep the passkey: in your password manager, on this device or on a security key.',
    needsBrowser: 'This needs a browser that supports passkeys, with JavaScript switched on.',
    submit: 'Create a passkey',
    problems: {
      refused: 'The passkey couldn’t be added. Try again.',
      already_registered: 'This passkey was added before.',
      too_many_passkeys: 'You have too many passkeys. Remove one that you no longer use.',
    },
  },
  rename: {
    title: 'Rename this passkey',
    name: 'Name',
    nameHint: 'For example where you keep it: “Work laptop”.',
    nameInvalid: 'Enter a name without hidden characters',
    submit: 'Save',
  },
  remove: {
    title: 'Remove this passkey?',
    consequence:
      'You can’t sign in with it any more. Delete it from your password manager or security key as well.',
    submit: 'Remove',
    lastTitle: 'This passkey can’t be removed',
    last: 'It’s your only way to sign in. Add another passkey or set a password first.',
  },
  names: { securityKey: 'Security key', passkey: 'Passkey' },
} satisfies PasskeyMessages;
