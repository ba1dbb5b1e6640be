import type { Config } from '#config';
import type { Value } from '../../html.ts';

type EditableClaim = Config['profile']['editable'][number];

/** The texts of the account pages. */
export interface AccountMessages {
  readonly menu: { label: string; signOut: string };
  readonly signInFailed: { title: string; why: string; again: string };
  /** A count is shown as a text, because there may be more. */
  readonly overview: {
    title: string;
    menu: string;
    created: (date: string) => string;
    changed: (date: string) => string;
    isSet: string;
    notSet: string;
    isSetUp: string;
    notSetUp: string;
    none: string;
    passkeys: (count: number) => string;
    onlyHere: string;
    devices: (shown: string, count: number) => string;
    apps: (shown: string, count: number) => string;
    activity: string;
    data: string;
    requests: string;
    advice: string;
    addPasskey: string;
  };
  /** Ways to sign in, by their names in `amr` (RFC 8176). */
  readonly methods: Readonly<Record<'pwd' | 'otp' | 'hwk' | 'swk', string>>;
  readonly sessions: {
    title: string;
    hint: string;
    current: string;
    now: string;
    lastUsed: string;
    signedIn: string;
    address: string;
    method: string;
    apps: string;
    end: string;
    endOthers: string;
    onlyThis: string;
    more: string;
    ended: string;
    endTitle: string;
    endOthersTitle: string;
    consequence: string;
    offline: string;
    offlineHint: string;
    endSubmit: string;
  };
  readonly apps: {
    menu: string;
    title: string;
    openTitle: string;
    open: string;
    connectedTitle: string;
    hint: string;
    none: string;
    access: string;
    since: string;
    used: string;
    disconnect: string;
    disconnectTitle: (name: string) => string;
    disconnectUnverified: string;
    disconnectUnverifiedTitle: string;
    unverifiedHint: string;
    consequence: string;
    limits: string;
    done: string;
  };
  readonly password: {
    menu: string;
    title: string;
    setTitle: string;
    current: string;
    none: string;
    consequence: string;
    done: string;
    fixed: string;
  };
  readonly profile: {
    menu: string;
    title: string;
    done: string;
    verified: string;
    unverified: string;
    changeEmail: string;
    confirmEmail: string;
    fixed: string;
    submit: string;
    claims: Readonly<Record<EditableClaim, string>>;
    problems: { missing: (label: string) => string; invalid: (label: string) => string };
  };
  readonly activity: {
    title: string;
    hint: string;
    none: string;
    time: string;
    app: string;
    more: string;
    events: {
      'sign-in': string;
      'sign-in refused': string;
      'sign-up': string;
      logout: string;
      'account.added': string;
      'account.password_changed': string;
      'account.password_removed': string;
      'password_reset.requested': string;
      'password_reset.completed': string;
      'account.updated': string;
      'account.address_requested': string;
      'account.address_confirmed': string;
      'account.reported': string;
      'account.signed_out': string;
      'session.ended': string;
      'passkey.added': string;
      'passkey.renamed': string;
      'passkey.removed': string;
      'second-factor refused': string;
      'account.factor_added': string;
      'account.factor_removed': string;
      'account.recovery_code_used': string;
      'account.recovery_codes_made': string;
      'account.upstream_linked': string;
      'account.upstream_unlinked': string;
      'account.data_copied': string;
      consent: string;
      'consent refused': string;
      'app.disconnected': string;
      'grant.revoked': string;
      'ciba.answered': string;
    };
  };
  /** Identities at other providers. */
  readonly upstreams: {
    menu: string;
    title: string;
    hint: string;
    none: string;
    label: string;
    linked: string;
    add: (provider: string) => string;
    remove: string;
    removeTitle: (provider: string) => string;
    consequence: string;
    lastTitle: string;
    last: string;
    doneLinked: string;
    doneRemoved: string;
    linkedElsewhere: (provider: Value) => readonly Value[];
  };
  /** All of them besides the password. */
  readonly signInMethods: {
    title: string;
    hint: string;
    none: string;
    /** For a way that only a stranger has, and that is asked for before it can be removed. */
    stuck: string;
    kind: string;
    kinds: Readonly<Record<'passkey' | 'app' | 'identity', string>>;
    added: string;
    lastUsed: string;
    never: string;
    remove: string;
    /** On pages that end a way back into the account. */
    check: { why: string; link: string };
  };
  readonly data: {
    menu: string;
    title: string;
    copyTitle: string;
    copy: string;
    copySubmit: string;
    deleteTitle: string;
    deleteLink: string;
    removed: string;
    appsKeep: string;
    audit: string;
    auditForever: string;
    noWayBack: string;
    deleteSubmit: string;
    nameWrong: string;
    deletedTitle: string;
    deleted: string;
    removedItems: readonly string[];
    auditDays: (days: number) => string;
    typeName: (name: Value) => readonly Value[];
  };
}
