import type { Value } from '../../../html.ts';

type Phrase = readonly Value[];

/** What an administrator does with one account: the link to it, its question, its button, and what is said afterwards. */
interface ActionMessages {
  readonly link: string;
  readonly title: (name: string) => string;
  readonly explain: string;
  readonly submit: string;
  readonly done: string;
}

/** The actions that have nothing to fill in. */
export type AccountAction = 'disable' | 'enable' | 'unlock' | 'sign-out' | 'reset-mail' | 'remove';

export interface ConsoleAccountMessages {
  readonly menu: string;
  readonly title: string;
  /** The answer to a text that fits several accounts. */
  readonly ambiguous: (candidates: string) => string;
  readonly list: {
    search: string;
    searchHint: string;
    status: string;
    any: string;
    enabled: string;
    disabled: string;
    none: string;
    add: string;
    invite: string;
  };
  readonly columns: { username: string; name: string; groups: string; status: string; created: string };
  readonly badges: { enabled: string; disabled: string; configured: string; role: string };
  readonly detail: {
    id: string;
    created: string;
    password: string;
    passwordSet: string;
    passwordChanged: (when: Value) => Phrase;
    passwordNone: string;
    signedOut: string;
    level: string;
    required: string;
    requirements: Readonly<Record<'password' | 'factor' | 'profile', string>>;
    configured: string;
    superseded: string;
    protected: string;
    claims: string;
    noClaims: string;
    groups: string;
    noGroups: string;
    fromOperator: string;
    fromUpstream: (upstream: string) => string;
    factors: string;
    noFactors: string;
    app: string;
    passkey: string;
    link: string;
    recovery: (left: number) => string;
    added: string;
    lastUsed: string;
    remove: string;
    sessions: string;
    noSessions: string;
    allSessions: string;
    apps: string;
    noApps: string;
    since: string;
    used: string;
    disconnect: string;
    activity: string;
    noActivity: string;
    allActivity: string;
    actions: string;
    noActions: string;
    edit: string;
    recoveryLink: string;
  };
  readonly actions: Readonly<Record<AccountAction, ActionMessages>>;
  readonly removeTyped: (name: Value) => Phrase;
  readonly factor: { title: string; explain: string; submit: string; done: string };
  readonly disconnect: { title: (app: string) => string; explain: string; submit: string; done: string };
  readonly form: {
    editTitle: (name: string) => string;
    addTitle: string;
    username: string;
    name: string;
    email: string;
    emailVerified: string;
    groups: string;
    groupsHint: string;
    password: string;
    passwordHint: string;
    passwordWithoutMail: string;
    required: string;
    more: string;
    claims: string;
    claimsHint: string;
    save: string;
    add: string;
    saved: string;
    added: string;
    usernameMissing: string;
    claimsInvalid: string;
    claimsReserved: string;
  };
  readonly invite: {
    title: string;
    why: string;
    email: string;
    username: string;
    usernameHint: string;
    name: string;
    groups: string;
    lifetime: string;
    hours: (count: number) => string;
    language: string;
    byMail: (language: string) => string;
    asLink: string;
    submit: string;
    sent: string;
  };
  readonly invitations: {
    title: string;
    lead: string;
    none: string;
    email: string;
    by: string;
    /** Made by a command on the server. */
    command: string;
    made: string;
    expires: string;
    /** Its maker may not give the role any more. */
    invalid: string;
    back: string;
    revoke: { title: string; explain: string; submit: string; done: string };
  };
  readonly recovery: { title: (name: string) => string; explain: string; submit: string };
  readonly link: {
    recoveryTitle: string;
    inviteTitle: string;
    label: string;
    until: (when: Value) => Phrase;
    once: string;
    recoveryWarning: string;
    inviteWarning: string;
    back: string;
  };
}
