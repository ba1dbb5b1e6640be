import type { Value } from '../../html.ts';

type Phrase = readonly Value[];

/** The texts of second factors: at the sign-in and on the account pages. */
export interface FactorMessages {
  readonly ask: {
    title: string;
    hint: string;
    code: string;
    submit: string;
    remember: (days: number) => string;
    rememberHint: string;
    useRecovery: string;
    useCode: string;
    recoveryTitle: string;
    recoveryHint: string;
    recoveryCode: string;
    passkeyTitle: string;
    usePasskey: string;
    lostPasskey: (contact: Value) => Phrase;
    lostPasskeyPlain: string;
    lost: (contact: Value) => Phrase;
    lostPlain: string;
    another: string;
    throttled: (when: string) => string;
    problems: {
      missing: string;
      wrong: string;
      reused: string;
      recoveryMissing: string;
      recoveryWrong: string;
    };
  };
  readonly setUp: {
    title: string;
    why: string;
    until: (when: string) => string;
    scan: string;
    app: string;
    secret: string;
    qr: string;
    type: string;
    code: string;
    submit: string;
    later: string;
    problems: { missing: string; wrong: string; expired: string; tooMany: string };
  };
  readonly codes: {
    title: string;
    text: string;
    list: string;
    done: string;
    toAccount: string;
  };
  readonly account: {
    title: string;
    hint: string;
    none: string;
    app: string;
    added: string;
    lastUsed: string;
    never: string;
    remove: string;
    add: string;
    addAnother: string;
    codesTitle: string;
    codesLeft: (count: number) => string;
    codesLow: string;
    codesNone: string;
    newCodes: string;
    required: string;
    done: { added: string; removed: string };
    addTitle: string;
    addConsequence: string;
    removeTitle: string;
    removeConsequence: string;
    removeLast: string;
    removeSubmit: string;
    newCodesTitle: string;
    newCodesConsequence: string;
    newCodesSubmit: string;
  };
  readonly recover: {
    title: string;
    hint: string;
    empty: string;
    passwordTitle: string;
    appTitle: string;
    appHint: string;
    submit: string;
    doneTitle: string;
    done: string;
  };
}
