import type { Value } from '../html.ts';
import type { AccountMessages } from './account/messages.ts';
import type { FactorMessages } from './factors/messages.ts';
import type { MailMessages } from './mail/messages.ts';
import type { PasskeyMessages } from './passkeys/messages.ts';

/** A sentence with values in it. Each language places them itself. */
type Phrase = readonly Value[];

/** Claims that the consent page describes: those of OpenID Connect Core §5.1, and `groups`. */
type KnownClaim =
  | 'name'
  | 'given_name'
  | 'family_name'
  | 'nickname'
  | 'preferred_username'
  | 'profile'
  | 'picture'
  | 'website'
  | 'email'
  | 'email_verified'
  | 'gender'
  | 'birthdate'
  | 'zoneinfo'
  | 'locale'
  | 'phone_number'
  | 'phone_number_verified'
  | 'address'
  | 'updated_at'
  | 'groups';

type KnownScope = 'openid' | 'profile' | 'email' | 'phone' | 'address' | 'groups';

export type ErrorKind =
  | 'badRequest'
  | 'forbidden'
  | 'notFound'
  | 'tooMany'
  | 'unavailable'
  | 'busy'
  | 'internal'
  | 'expired'
  | 'linkGone'
  | 'unknownClient'
  | 'badRedirect';

/** All texts of a language. To add a language, write a file that satisfies this type and list it in `index.ts`. */
export interface Messages {
  readonly tag: string;
  /** The name of the language in that language. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  readonly layout: {
    skip: string;
    errorPrefix: string;
    language: string;
    requestId: string;
    links: { label: string; help: string; privacy: string; imprint: string };
  };
  readonly fields: {
    show: string;
    hide: string;
    showPassword: string;
    copy: string;
    copied: string;
    problems: (count: number) => string;
  };
  readonly upstream: {
    problemTitle: (upstream: string) => string;
    problems: Readonly<
      Record<
        | 'unavailable'
        | 'denied'
        | 'invalid'
        | 'not_allowed'
        | 'disabled'
        | 'no_account'
        | 'address_taken'
        | 'other_issuer',
        (upstream: Value) => Phrase
      >
    >;
    again: string;
    otherWays: string;
    back: (app: string) => string;
    newTitle: string;
    /** In place of the name of a person, where the upstream says none. */
    unnamed: string;
    signedInAs: (upstream: Value, label: Value) => Phrase;
    newChoice: string;
    newLink: string;
    linkExisting: string;
    create: string;
    /** Above the form of the sign-in that links. */
    signInToLink: string;
    /** Before something is set up in a sign-in. */
    signInAgain: (upstream: Value) => Phrase;
    linkTitle: (upstream: string) => string;
    linkLead: (upstream: Value, label: Value, account: Value) => Phrase;
    connect: string;
    skip: string;
  };
  readonly login: {
    title: string;
    toContinue: (app: Value) => Phrase;
    login: string;
    password: string;
    remember: string;
    rememberHint: string;
    submit: string;
    wrong: string;
    throttled: (when: string) => string;
    otherWays: string;
    knownPlaces: string;
    missingLogin: string;
    missingPassword: string;
    or: string;
    passkey: string;
    upstream: (provider: string) => string;
    forgot: string;
    register: string;
    againTitle: string;
    againHint: (app: Value) => Phrase;
    notYou: string;
  };
  readonly signedIn: {
    title: string;
    as: (account: Value) => Phrase;
    go: (app: Value) => Phrase;
    switch: string;
  };
  readonly expired: {
    title: string;
    why: string;
    doneTitle: string;
    done: string;
    startAgain: (app: Value) => Phrase;
    close: string;
  };
  readonly selectAccount: {
    title: string;
    toContinue: (app: Value) => Phrase;
    accounts: string;
    another: string;
  };
  readonly noAccess: {
    title: string;
    why: (account: Value, app: Value) => Phrase;
    contact: (contact: Value) => Phrase;
    ask: string;
  };
  readonly createAccount: {
    title: string;
    toContinue: (app: Value) => Phrase;
    login: string;
    name: string;
    email: string;
    emailHint: (domains: string) => string;
    password: string;
    passwordHint: (minLength: number) => string;
    submit: string;
    haveOne: string;
    throttled: (when: string) => string;
    problems: {
      loginMissing: string;
      loginTaken: string;
      loginInvalid: string;
      loginReserved: string;
      nameInvalid: string;
      emailMissing: string;
      emailInvalid: string;
      emailDomain: string;
      emailTaken: string;
      passwordMissing: string;
      passwordShort: (minLength: number) => string;
      passwordLong: string;
      passwordCommon: string;
      passwordPersonal: string;
    };
  };
  readonly consent: {
    title: (app: string) => string;
    signedInAs: (account: Value) => Phrase;
    switch: string;
    unverified: string;
    unverifiedHint: string;
    firstSeen: (day: string) => string;
    changed: string;
    wants: (app: Value) => Phrase;
    alsoWants: (app: Value) => Phrase;
    isNew: string;
    optional: string;
    nothingMore: string;
    scopes: Readonly<Record<KnownScope, string>>;
    claimsTitle: string;
    claims: Readonly<Record<KnownClaim, string>>;
    resource: (resource: Value) => Phrase;
    receives: (claims: string) => string;
    offline: string;
    redirect: (host: Value) => Phrase;
    redirectLocal: (host: Value) => Phrase;
    terms: string;
    policy: string;
    allow: string;
    deny: string;
  };
  readonly device: {
    title: string;
    code: string;
    hint: string;
    submit: string;
    problems: {
      missing: string;
      wrong: string;
      expired: string;
      used: string;
      aborted: string;
      throttled: (when: string) => string;
    };
    confirmTitle: string;
    compare: string;
    app: string;
    scopes: string;
    address: string;
    agent: string;
    onlyIf: string;
    approve: string;
    deny: string;
    approvedTitle: string;
    approved: (app: Value) => Phrase;
    deniedTitle: string;
    denied: string;
    usedTitle: string;
    used: string;
    another: string;
  };
  readonly logout: {
    title: (service: string) => string;
    account: (account: Value) => Phrase;
    apps: (count: number) => string;
    submit: string;
    stay: string;
    doneTitle: string;
    done: string;
    doneHint: string;
  };
  readonly forgotPassword: {
    title: string;
    hint: string;
    login: string;
    submit: string;
    missing: string;
    throttled: (when: string) => string;
    sentTitle: string;
    sent: string;
    sentHint: string;
    again: string;
  };
  readonly resetPassword: {
    title: string;
    account: (account: Value) => Phrase;
    password: string;
    consequence: string;
    submit: string;
    doneTitle: string;
    done: string;
  };
  readonly requiredPassword: {
    why: string;
    same: string;
  };
  readonly requiredProfile: {
    title: string;
    nameMissing: string;
    /** About a verified address. */
    emailFixed: string;
    submit: string;
  };
  readonly invitation: {
    title: (brand: string) => string;
    hint: string;
    doneTitle: string;
    done: string;
    /** Instead of `done`, for people with a role in the administration. */
    doneWithRole: string;
    toConsole: string;
  };
  readonly emailCode: {
    title: string;
    sentTo: (email: Value) => Phrase;
    code: string;
    hint: string;
    submit: string;
    resend: string;
    change: string;
    throttled: (when: string) => string;
    problems: { missing: string; wrong: string; expired: string; usedUp: string };
  };
  readonly signInCode: {
    link: string;
    title: string;
    hint: string;
    submit: string;
    back: string;
    sentTitle: string;
    sent: (login: Value) => Phrase;
    change: string;
  };
  readonly notMe: {
    title: string;
    account: (account: Value) => Phrase;
    consequence: string;
    restores: (email: Value) => Phrase;
    submit: string;
    doneTitle: string;
    done: string;
    codes: string;
    apps: string;
  };
  readonly emailAddress: {
    title: string;
    verified: (email: Value) => Phrase;
    unverified: (email: Value) => Phrase;
    fixed: string;
    submit: string;
    sent: string;
    problems: {
      emailMissing: string;
      emailInvalid: string;
      emailDomain: string;
      passwordMissing: string;
      passwordWrong: string;
    };
    confirmTitle: string;
    confirm: (email: Value, account: Value) => Phrase;
    confirmNeedsPassword: string;
    confirmNeedsSignIn: string;
    confirmSubmit: string;
    doneTitle: string;
    done: string;
  };
  readonly account: AccountMessages;
  readonly factors: FactorMessages;
  readonly mail: MailMessages;
  readonly passkeys: PasskeyMessages;
  readonly back: (app: Value) => Phrase;
  readonly home: (service: Value) => Phrase;
  readonly unverifiedTarget: (host: Value) => Phrase;
  readonly confirm: { cancel: string };
  readonly formPost: { title: string; askTitle: string; sending: (app: Value) => Phrase; submit: string };
  readonly error: {
    kinds: Readonly<Record<ErrorKind, { title: string; sentence: string }>>;
    tryAgain: (when: string) => string;
    code: string;
    requestId: string;
    time: string;
    details: string;
    explain: string;
  };
  readonly errorCode: {
    title: string;
    meaning: string;
    causes: string;
    fixes: string;
    status: string;
    specification: string;
    unknown: string;
    englishOnly: string;
  };
  readonly requests: {
    title: string;
    hint: string;
    none: string;
    signedOut: string;
    wants: (app: Value) => Phrase;
    compare: string;
    approve: string;
    deny: string;
    approved: string;
    denied: string;
    gone: string;
    otherWay: string;
    tooWeak: string;
    noAccess: string;
    reload: string;
  };
  readonly landing: {
    sentence: (issuer: Value) => Phrase;
    hint: string;
    developers: string;
    metadata: string;
  };
}
