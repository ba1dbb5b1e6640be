/** The texts of messages to people. `account` is the user name of the reader, and no other text comes from people. */
export interface MailMessages {
  readonly hello: (account: string) => string;
  readonly linkHint: string;
  readonly footer: (brand: string, host: string) => string;
  readonly facts: { account: string; time: string; address: string; browser: string; unknownBrowser: string };
  readonly browser: (name: string, system: string) => string;
  readonly wasNotMe: { text: string; button: string; withoutLink: string };
  readonly reset: {
    subject: (brand: string) => string;
    text: string;
    button: string;
    expires: (minutes: number) => string;
    ignore: string;
  };
  readonly invitation: {
    subject: (brand: string) => string;
    text: (brand: string) => string;
    button: string;
    expires: (until: string) => string;
    ignore: string;
  };
  readonly signUpCode: {
    subject: (code: string) => string;
    text: (brand: string) => string;
    expires: (minutes: number) => string;
    ignore: string;
  };
  readonly signInCode: {
    subject: (code: string) => string;
    text: (brand: string) => string;
    expires: (minutes: number) => string;
    ignore: string;
  };
  readonly accountExists: {
    subject: (brand: string) => string;
    text: (brand: string) => string;
    ignore: string;
  };
  readonly passwordChanged: { subject: (brand: string) => string; text: string };
  readonly confirmAddress: {
    subject: (brand: string) => string;
    text: (brand: string) => string;
    button: string;
    expires: (hours: number) => string;
    ignore: string;
  };
  readonly addressChanged: { subject: (brand: string) => string; text: string; byOperator: string };
  readonly factorAdded: { subject: (brand: string) => string; text: string };
  readonly factorRemoved: { subject: (brand: string) => string; text: string };
  readonly recoveryCodeUsed: { subject: (brand: string) => string; text: string };
  readonly recoveryCodesMade: { subject: (brand: string) => string; text: string };
  readonly recoveryLink: { subject: (brand: string) => string; text: string };
  readonly accountDeleted: {
    subject: (brand: string) => string;
    text: string;
    byOperator: string;
    wasNotMe: string;
    questions: string;
  };
  readonly newDevice: { subject: (brand: string) => string; text: string };
  readonly upstreamLinked: { subject: (brand: string) => string; text: string };
  readonly upstreamUnlinked: { subject: (brand: string) => string; text: string };
  readonly passkeyAdded: { subject: (brand: string) => string; text: string };
  readonly passkeyRemoved: { subject: (brand: string) => string; text: string };
}
