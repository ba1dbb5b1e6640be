import type { Value } from '../../html.ts';

/** The texts about passkeys on all pages. */
export interface PasskeyMessages {
  /** What the script says when the browser gave no passkey. */
  readonly form: { canceled: string; exists: string; failed: string };
  readonly signIn: { refused: string; otherAccount: string; needed: string };
  readonly offer: {
    title: string;
    why: string;
    how: string;
    create: string;
    later: string;
    refused: string;
    as: (account: Value) => readonly Value[];
  };
  readonly list: {
    title: string;
    hint: string;
    none: string;
    addSecond: string;
    add: string;
    rename: string;
    remove: string;
    created: string;
    lastUsed: string;
    never: string;
    keptBy: string;
    copies: string;
    synced: string;
    notSynced: string;
    deviceBound: string;
    done: { added: string; renamed: string; removed: string };
  };
  readonly add: {
    title: string;
    hint: string;
    needsBrowser: string;
    submit: string;
    problems: { refused: string; already_registered: string; too_many_passkeys: string };
  };
  readonly rename: { title: string; name: string; nameHint: string; nameInvalid: string; submit: string };
  readonly remove: {
    title: string;
    consequence: string;
    submit: string;
    lastTitle: string;
    last: string;
  };
  readonly names: { securityKey: string; passkey: string };
}
