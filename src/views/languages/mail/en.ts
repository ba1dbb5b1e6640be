import type { MailMessages } from './messages.ts';

export const en = {
  hello: (account) => `Hello ${account},`,
  linkHint: 'If the button doesn’t work, copy this link into your browser:',
  footer: (brand, host) =>
    `${brand} sent this message automatically. Its pages are always at ${host}. We never ask for your password or for a code by mail or phone.`,
  facts: {
    account: 'Account',
    time: 'Time',
    address: 'IP address',
    browser: 'Browser',
    unknownBrowser: 'Unknown',
  },
  browser: (name, system) => `${name} on ${system}`,
  wasNotMe: {
    text: 'If this was you, there is nothing to do. If it wasn’t, end everything that is signed in to your account, choose a new password, and check your passkeys, authenticator apps, recovery codes, linked accounts and the apps with access to your account:',
    button: 'This wasn’t me',
    withoutLink: 'If this wasn’t you, contact the people who run this service.',
  },
  reset: {
    subject: (brand) => `Choose a new password for ${brand}`,
    text: 'Someone asked for a new password for your account. Open this page to choose one:',
    button: 'Choose a new password',
    expires: (minutes) => `The link works once, within ${minutes} minutes.`,
    ignore: 'If you didn’t ask for this, ignore this message. Your password stays as it is.',
  },
  invitation: {
    subject: (brand) => `Your invitation to ${brand}`,
    text: (brand) => `You are invited to create an account at ${brand}.`,
    button: 'Create your account',
    expires: (until) => `The link works once, until ${until}.`,
    ignore: 'If you don’t want an account, ignore this message. Nothing is created without you.',
  },
  signUpCode: {
    subject: (code) => `${code} is your code`,
    text: (brand) => `Enter this code on the page where you are creating an account at ${brand}:`,
    expires: (minutes) => `The code works for ${minutes} minutes, in the browser that you started in.`,
    ignore:
      'If you aren’t creating an account, ignore this message and give the code to no one. No account is created without it.',
  },
  signInCode: {
    subject: (code) => `${code} is your code`,
    text: (brand) => `Enter this code on the page where you are signing in to ${brand}:`,
    expires: (minutes) => `The code works for ${minutes} minutes, in the browser that you started in.`,
    ignore:
      'If you aren’t signing in, ignore this message and don’t give the code to anyone who asks for it. It is needed to sign in.',
  },
  accountExists: {
    subject: (brand) => `You already have an account at ${brand}`,
    text: (brand) =>
      `Someone tried to create an account at ${brand} with your email address, but you already have one. If it was you, sign in, or choose “Forgot your password?” on the sign-in page.`,
    ignore: 'If it wasn’t you, ignore this message. Nothing has changed.',
  },
  passwordChanged: {
    subject: (brand) => `Your password for ${brand} was changed`,
    text: 'The password of your account was changed. Everything that was signed in before has to sign in again.',
  },
  factorAdded: {
    subject: (brand) => `An authenticator app was added at ${brand}`,
    text: 'An authenticator app was added to your account. From now on its codes are asked for when you sign in.',
  },
  factorRemoved: {
    subject: (brand) => `An authenticator app was removed at ${brand}`,
    text: 'An authenticator app or the recovery codes were removed from your account.',
  },
  recoveryCodeUsed: {
    subject: (brand) => `A recovery code was used at ${brand}`,
    text: 'Someone signed in to your account with one of your recovery codes. If you are running out of codes, make new ones on the page of your account.',
  },
  recoveryCodesMade: {
    subject: (brand) => `New recovery codes for your account at ${brand}`,
    text: 'New recovery codes were made for your account. The former ones don’t work any more.',
  },
  recoveryLink: {
    subject: (brand) => `A recovery link was made for your account at ${brand}`,
    text: 'An operator made a link with which your password or your authenticator app can be replaced. It works once, for an hour. If you didn’t ask for it, contact the people who run this service.',
  },
  accountDeleted: {
    subject: (brand) => `Your account at ${brand} was deleted`,
    text: 'Your account was deleted on its own page. Everything that was signed in to it has ended. This is the last message about it.',
    byOperator:
      'An operator deleted your account. Everything that was signed in to it has ended. This is the last message about it.',
    wasNotMe:
      'If this wasn’t you, contact the people who run this service. A deleted account can’t be brought back.',
    questions: 'If you have questions, contact the people who run this service.',
  },
  newDevice: {
    subject: (brand) => `New sign-in to ${brand}`,
    text: 'Your account was used in a browser that it wasn’t used in before.',
  },
  confirmAddress: {
    subject: (brand) => `Confirm your email address for ${brand}`,
    text: (brand) => `This address is to be used for an account at ${brand}. Open this page to confirm it:`,
    button: 'Confirm address',
    expires: (hours) => `The link works once, within ${hours} hours.`,
    ignore:
      'If you didn’t ask for this, ignore this message. The address isn’t used without your confirmation.',
  },
  addressChanged: {
    subject: (brand) => `Your email address for ${brand} was changed`,
    text: 'The email address of your account was changed. Messages about the account go to the new address from now on.',
    byOperator:
      'An operator changed the email address of your account or removed it. Messages about the account don’t come to this address any more. If you didn’t ask for this, contact the people who run this service.',
  },
  upstreamLinked: {
    subject: (brand) => `New way to sign in to ${brand}`,
    text: 'An identity at another provider was connected to your account. Its owner can sign in with it.',
  },
  upstreamUnlinked: {
    subject: (brand) => `Way to sign in to ${brand} removed`,
    text: 'An identity at another provider was disconnected from your account. It can’t be used to sign in any more.',
  },
  passkeyAdded: {
    subject: (brand) => `New passkey for ${brand}`,
    text: 'A passkey was added to your account. Its owner can sign in with it.',
  },
  passkeyRemoved: {
    subject: (brand) => `Passkey for ${brand} removed`,
    text: 'A passkey of your account was removed. It can’t be used to sign in any more.',
  },
} satisfies MailMessages;
