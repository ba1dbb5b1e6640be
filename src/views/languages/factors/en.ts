import type { FactorMessages } from './messages.ts';

export const en: FactorMessages = {
  ask: {
    title: 'Enter your code',
    hint: 'Open your authenticator app and enter the six digits that it shows.',
    code: 'Code',
    submit: 'Continue',
    remember: (days) => `Don’t ask again in this browser for ${days} ${days === 1 ? 'day' : 'days'}`,
    rememberHint: 'Only tick this on your own device.',
    useRecovery: 'Use a recovery code instead',
    useCode: 'Use your authenticator app instead',
    recoveryTitle: 'Enter a recovery code',
    recoveryHint: 'It is one of the ten codes that you saved when you set up the app. Each works once.',
    recoveryCode: 'Recovery code',
    lost: (contact) => ['Lost your device and your recovery codes? Contact ', contact, '.'],
    lostPlain: 'Lost your device and your recovery codes? Ask the people who run this service.',
    another: 'Sign in as someone else',
    throttled: (when) => `Too many wrong codes. Try again ${when}.`,
    problems: {
      missing: 'Enter the code from your authenticator app',
      wrong: 'That code isn’t correct. Enter the code that the app shows now',
      reused: 'That code was already used. Wait until the app shows the next one',
      recoveryMissing: 'Enter a recovery code',
      recoveryWrong: 'That recovery code isn’t correct, or was already used',
    },
  },
  setUp: {
    title: 'Set up an authenticator app',
    why: 'Your account needs a second step at sign-in: a code from an app on your phone.',
    until: (when) => `You can put this off. It will be required ${when}.`,
    scan: 'Scan this with an authenticator app on your phone. Any app for one-time codes works.',
    app: 'On this device, or without a camera, enter this key in the app instead:',
    secret: 'Key',
    qr: 'QR code for your authenticator app',
    type: 'Then enter the six digits that the app shows.',
    code: 'Code',
    submit: 'Turn on',
    later: 'Not now',
    problems: {
      missing: 'Enter the code that the app shows',
      wrong:
        'That code isn’t correct. Enter the code that the app shows now, and check that the clock of your phone is right',
      expired:
        'The page was open for too long. Scan the new QR code, and delete the former entry in your app',
      tooMany: 'Your account has five apps already. Remove one first',
    },
  },
  codes: {
    title: 'Save your recovery codes',
    text: 'If you lose your device, one of these codes lets you sign in. Each works once. Print them or keep them in a password manager: they are shown only now.',
    list: 'Recovery codes',
    done: 'I saved them, continue',
    toAccount: 'I saved them',
  },
};
