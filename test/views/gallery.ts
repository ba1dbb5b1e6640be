import type { AccountFrame } from '#src/views/account-layout.ts';
import type { Page } from '#src/views/page.ts';
import { signInMethodsPage } from '#src/views/pages/account-sign-in-methods.ts';
import { confirmPage } from '#src/views/pages/confirm.ts';
import { type ConsentModel, consentPage } from '#src/views/pages/consent.ts';
import { type CreateAccountModel, createAccountPage } from '#src/views/pages/create-account.ts';
import { deviceConfirmPage, deviceDonePage, deviceEnterPage } from '#src/views/pages/device.ts';
import {
  addressConfirmedPage,
  confirmAddressPage,
  emailAddressPage,
} from '#src/views/pages/email-address.ts';
import { emailCodePage } from '#src/views/pages/email-code.ts';
import { type ErrorModel, errorPage } from '#src/views/pages/error.ts';
import { errorCodePage } from '#src/views/pages/error-code.ts';
import { expiredPage } from '#src/views/pages/expired.ts';
import { forgotPasswordPage, resetSentPage } from '#src/views/pages/forgot-password.ts';
import { formPostPage } from '#src/views/pages/form-post.ts';
import { invitationDonePage, invitationPage } from '#src/views/pages/invitation.ts';
import { landingPage } from '#src/views/pages/landing.ts';
import { type LoginModel, loginPage } from '#src/views/pages/login.ts';
import { loggedOutPage, logoutPage } from '#src/views/pages/logout.ts';
import { mailPreviewPage } from '#src/views/pages/mail-preview.ts';
import { noAccessPage } from '#src/views/pages/no-access.ts';
import { notMeDonePage, notMePage } from '#src/views/pages/not-me.ts';
import { requiredPasswordPage } from '#src/views/pages/required-password.ts';
import { requiredProfilePage } from '#src/views/pages/required-profile.ts';
import { passwordResetDonePage, resetPasswordPage } from '#src/views/pages/reset-password.ts';
import { secondFactorPage } from '#src/views/pages/second-factor.ts';
import { selectAccountPage } from '#src/views/pages/select-account.ts';
import { newRecoveryCodesPage, setUpFactorPage } from '#src/views/pages/set-up-factor.ts';
import { signInAgainPage } from '#src/views/pages/sign-in-again.ts';
import { requestCodePage, signInCodePage } from '#src/views/pages/sign-in-code.ts';
import { signedInPage } from '#src/views/pages/signed-in.ts';
import type { PolicyOptions } from '#src/views/policy.ts';

export interface Exhibit {
  readonly name: string;
  readonly language?: string;
  /** A language written from right to left, because no real one exists yet. */
  readonly dir?: 'rtl';
  readonly allowance?: PolicyOptions;
  readonly render: (page: Page) => string;
  /** The same page with every text in its model put through `change`. */
  readonly renderWith: (page: Page, change: (text: string) => string) => string;
}

const exhibit = <Model>(
  name: string,
  view: (page: Page, model: Model) => string,
  model: Model,
  more: Pick<Exhibit, 'language' | 'dir' | 'allowance'> = {},
): Exhibit => ({
  name,
  ...more,
  render: (page) => view(page, model),
  renderWith: (page, change) => view(page, changed(model, change)),
});

/** A page of a person's own account. */
const ofAccount =
  <Model>(view: (frame: AccountFrame, model: Model) => string) =>
  (page: Page, model: Model): string =>
    view(
      {
        page,
        account: { name: 'maria' },
        menu: [{ href: '/account', label: page.messages.account.overview.menu, isCurrent: false }],
        signOut: '/oauth/logout',
      },
      model,
    );

/** Discriminants keep their value, because only handlers set them. */
const fixed = new Set(['kind', 'outcome', 'problem', 'problems', 'fields:login', 'leastPassword']);

const changed = <Model>(model: Model, change: (text: string) => string): Model => {
  const walk = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return change(value);
    if (value instanceof Date || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value))
      return key === 'fields' || fixed.has(key) ? value : value.map((item) => walk(item));
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, fixed.has(name) ? inner : walk(inner, name)]),
    );
  };
  // The cast is safe: only texts change, never the shape.
  return walk(model) as Model;
};

const client = { name: 'Harbour Notes', host: 'notes.example.com' };
/** The logo of an application comes from its site. */
export const logo = 'https://notes.example.com/logo.svg';
const account = { name: 'Maria Kowalska', detail: 'maria@example.com' };

const longName =
  'wolfeschlegelsteinhausenbergerdorff.maximiliane-friederike@verwaltungsgemeinschaft.example.com';
const longClient = {
  name: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenverwaltung and its long-suffering friends',
  host: 'a-preview-of-the-branch-with-the-long-name.notes-staging.eu-central.example.com',
};

const login: LoginModel = { action: '/interaction/abc/login', csrf: 'token', client };
const loginFull: LoginModel = {
  ...login,
  passkey: {
    action: '/interaction/abc',
    csrf: 'token',
    options: { challenge: 'AAAA', rpId: 'localhost', allowCredentials: [] },
    autofill: true,
  },
  upstreams: [
    { name: 'Example Workspace', href: '/interaction/abc/upstream/workspace' },
    { name: 'Partner University', href: '/interaction/abc/upstream/university' },
  ],
  forgot: { href: '/forgot' },
  register: { href: '/interaction/abc/register' },
};

const createAccount: CreateAccountModel = {
  action: '/interaction/abc/register',
  csrf: 'token',
  client,
  minPasswordLength: 12,
  signIn: { href: '/interaction/abc' },
};

const consent: ConsentModel = {
  action: '/interaction/abc/consent',
  csrf: 'token',
  account,
  client,
  grantedBefore: false,
  scopes: [
    { name: 'openid', isNew: true },
    { name: 'profile', isNew: true },
  ],
  claims: [],
  resources: [],
  redirect: { host: 'notes.example.com', local: false },
};
const consentFull: ConsentModel = {
  ...consent,
  account: { ...account, switchTo: '/interaction/abc/switch' },
  client: {
    ...client,
    logo,
    unverified: true,
    firstSeen: new Date('2026-03-03T10:00:00Z'),
    terms: 'https://notes.example.com/terms',
    policy: 'https://notes.example.com/privacy',
  },
  grantedBefore: true,
  scopes: [
    { name: 'email', isNew: true, optional: { field: 'scope:email', checked: true } },
    { name: 'notes:read', description: 'Read the notes you keep in Harbour', isNew: false },
    { name: 'constructor', isNew: true },
    { name: 'urn:example:a-very-long-scope-name-without-any-place-to-break:read:write:manage', isNew: true },
  ],
  claims: [
    { name: 'birthdate', isNew: true, optional: { field: 'claim:birthdate', checked: false } },
    { name: 'https://example.com/claims/department', isNew: false },
  ],
  resources: [
    {
      name: 'https://api.example.com/notes',
      isNew: true,
      scopes: [{ name: 'write', description: 'Write notes in your name', isNew: true }],
      receives: ['Email address', 'Your groups'],
    },
    { name: 'https://mcp.example.com/mcp', isNew: true, scopes: [], receives: ['Username'] },
  ],
  offline: { isNew: true },
  redirect: { host: 'localhost:8976', local: true },
};

const deviceConfirm = {
  action: '/oauth/device',
  xsrf: 'token',
  typedCode: 'wdjb-mjht',
  displayedCode: 'WDJB-MJHT',
  client: { name: 'Living-room TV', host: 'tv.example.com' },
  address: '203.0.113.24',
  agent: 'Example TV 4.1 (Linux; armv7l)',
};

const error: ErrorModel = {
  kind: 'badRequest',
  code: 'invalid_request',
  status: 400,
  time: new Date('2026-11-21T09:30:00Z'),
  description: "missing required parameter 'code_challenge'",
  details: [{ name: 'client_id', value: 'harbour-notes' }],
  back: { name: 'Harbour Notes', href: 'https://notes.example.com/callback' },
};

const popup = { popup: true };

/** Every page in every state. */
export const gallery: readonly Exhibit[] = [
  exhibit('login', loginPage, login, { allowance: popup }),
  exhibit('login-all-ways', loginPage, loginFull, { allowance: popup }),
  exhibit('login-wrong', loginPage, {
    ...loginFull,
    login: 'maria',
    remember: true,
    problem: { kind: 'wrong' },
  }),
  exhibit('login-passkey-refused', loginPage, {
    ...loginFull,
    problem: { kind: 'passkey' },
    signals: [{ method: 'signalUnknownCredential', rpId: 'localhost', credentialId: 'AAAA' }],
  }),
  exhibit('login-throttled', loginPage, {
    ...login,
    login: 'maria',
    problem: { kind: 'throttled', seconds: 95, isKnownDevice: true },
  }),
  exhibit('login-throttled-all-ways', loginPage, {
    ...loginFull,
    login: 'maria',
    problem: { kind: 'throttled', seconds: 40, isKnownDevice: false },
  }),
  exhibit('login-missing', loginPage, {
    ...login,
    problem: { kind: 'missing', fields: ['login', 'password'] },
  }),
  exhibit('login-no-password', loginPage, {
    ...login,
    login: 'maria',
    problem: { kind: 'missing', fields: ['password'] },
  }),
  exhibit('login-again', loginPage, {
    ...login,
    login: 'maria',
    reauthentication: { switchTo: '/interaction/abc/switch' },
  }),
  exhibit(
    'login-german',
    loginPage,
    { ...loginFull, problem: { kind: 'throttled', seconds: 40, isKnownDevice: false } },
    { language: 'de' },
  ),
  exhibit(
    'login-polish',
    loginPage,
    { ...loginFull, problem: { kind: 'missing', fields: ['login', 'password'] } },
    { language: 'pl' },
  ),
  exhibit('signed-in', signedInPage, {
    account,
    client,
    continueTo: '/interaction/abc/continue',
    switchTo: '/interaction/abc/switch',
  }),
  exhibit('expired', expiredPage, {
    app: { name: 'Harbour Notes', href: 'https://notes.example.com/login' },
  }),
  exhibit('expired-unknown-app', expiredPage, {}),
  exhibit('done-already', expiredPage, {
    done: true,
    app: { name: 'Harbour Notes', href: 'https://notes.example.com/login' },
  }),
  exhibit('select-account', selectAccountPage, {
    action: '/interaction/abc/account',
    csrf: 'token',
    client,
    accounts: [
      { id: 'a1', ...account },
      { id: 'a2', name: 'Support', detail: 'a-shared-address-with-a-long-local-part@department.example.com' },
      { id: 'a3', name: 'm.k' },
    ],
  }),
  exhibit('no-access', noAccessPage, {
    action: '/interaction/abc/no-access',
    csrf: 'token',
    client,
    account,
    switchTo: '/interaction/abc/no-access?switch=yes',
    contact: 'it@example.com',
  }),
  exhibit('no-access-no-contact', noAccessPage, {
    action: '/interaction/abc/no-access',
    csrf: 'token',
    client,
    account,
    switchTo: '/interaction/abc/no-access?switch=yes',
  }),
  exhibit('create-account', createAccountPage, createAccount),
  exhibit('create-account-problems', createAccountPage, {
    ...createAccount,
    login: 'maria',
    name: 'Maria Kowalska',
    email: 'maria',
    problems: ['loginTaken', 'emailInvalid', 'passwordShort'],
  }),
  exhibit('create-account-throttled', createAccountPage, {
    ...createAccount,
    login: 'maria',
    name: 'Maria Kowalska',
    email: 'maria@example.com',
    waitSeconds: 60,
  }),
  exhibit('consent', consentPage, consent, { allowance: { ...popup, remoteImages: true } }),
  exhibit('consent-everything', consentPage, consentFull, {
    allowance: { ...popup, remoteImages: true, formTargets: ['http://localhost:8976/callback'] },
  }),
  exhibit(
    'consent-changed-client',
    consentPage,
    {
      ...consentFull,
      grantedBefore: false,
      client: { ...consentFull.client, hasChanged: true },
      fields: { seen: 'a-digest' },
    },
    { allowance: { ...popup, remoteImages: true } },
  ),
  exhibit('consent-nothing-new', consentPage, { ...consent, grantedBefore: true, scopes: [] }),
  exhibit('consent-german', consentPage, consentFull, {
    language: 'de',
    allowance: { ...popup, remoteImages: true },
  }),
  exhibit('consent-polish', consentPage, consentFull, {
    language: 'pl',
    allowance: { ...popup, remoteImages: true },
  }),
  exhibit('login-long-names', loginPage, {
    ...login,
    client: longClient,
    login: longName,
    problem: { kind: 'missing', fields: ['password'] },
    upstreams: [{ name: 'Landesverwaltungsamt für Datenverarbeitungsangelegenheiten', href: '/x' }],
  }),
  exhibit(
    'consent-long-names',
    consentPage,
    {
      ...consentFull,
      account: { name: longName, detail: longName, switchTo: '/interaction/abc/switch' },
      client: { ...consentFull.client, ...longClient },
      redirect: { host: longClient.host, local: false },
    },
    { language: 'de', allowance: { ...popup, remoteImages: true } },
  ),
  exhibit(
    'signed-in-long-names',
    signedInPage,
    {
      account: { name: longName },
      client: longClient,
      continueTo: '/interaction/abc/continue',
      switchTo: '/interaction/abc/switch',
    },
    { language: 'pl' },
  ),
  exhibit(
    'logout-long-names',
    logoutPage,
    {
      action: '/oauth/logout/confirm',
      xsrf: 'token',
      account: { name: longName, href: '/account' },
      apps: [longClient.name, longName],
    },
    { language: 'de' },
  ),
  exhibit(
    'device-confirm-long-names',
    deviceConfirmPage,
    {
      ...deviceConfirm,
      client: longClient,
      agent: `Example/${'9.'.repeat(60)}`,
      address: '2001:db8:1:2:3:4:5:6',
    },
    { language: 'de' },
  ),
  exhibit('error-long-names', errorPage, {
    ...error,
    description: `redirect_uri ${'x'.repeat(120)} is not registered`,
    back: { name: longClient.name, href: 'https://notes.example.com/callback' },
  }),
  exhibit(
    'login-rtl',
    loginPage,
    { ...loginFull, problem: { kind: 'missing', fields: ['login'] } },
    { dir: 'rtl' },
  ),
  exhibit('consent-rtl', consentPage, consentFull, {
    dir: 'rtl',
    allowance: { ...popup, remoteImages: true },
  }),
  exhibit('forgot-password', forgotPasswordPage, { action: '/account/forgot' }),
  exhibit('forgot-password-missing', forgotPasswordPage, { action: '/account/forgot', isMissing: true }),
  exhibit(
    'forgot-password-throttled',
    forgotPasswordPage,
    { action: '/account/forgot', waitSeconds: 60, login: longName },
    { language: 'de' },
  ),
  exhibit('forgot-password-sent', resetSentPage, { again: '/account/forgot' }, { language: 'pl' }),
  exhibit('reset-password', resetPasswordPage, {
    action: '/account/reset/abc',
    account: longName,
    minPasswordLength: 12,
  }),
  exhibit(
    'reset-password-problem',
    resetPasswordPage,
    {
      action: '/account/reset/abc',
      account: 'maria',
      minPasswordLength: 12,
      problem: 'passwordShort',
    },
    { language: 'pl' },
  ),
  exhibit('sign-in-again', signInAgainPage, {
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    account: 'ada',
    upstream: 'Acme',
  }),
  exhibit('sign-in-again-later', signInAgainPage, {
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    account: 'ada',
    upstream: 'Acme',
    laterSeconds: 5 * 86_400,
    switchTo: '/interaction/abc?another=yes',
  }),
  exhibit('required-password', requiredPasswordPage, {
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    account: 'ada',
    minPasswordLength: 10,
  }),
  exhibit('required-password-same', requiredPasswordPage, {
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    account: 'ada',
    minPasswordLength: 10,
    problem: 'passwordSame',
  }),
  exhibit('required-password-throttled', requiredPasswordPage, {
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    account: 'ada',
    minPasswordLength: 10,
    waitSeconds: 4,
  }),
  exhibit('required-profile', requiredProfilePage, {
    emailDomains: ['example.com'],
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    name: '',
    email: 'nonsense',
    isEmailFixed: false,
    problems: ['nameMissing', 'emailInvalid'],
  }),
  exhibit('required-profile-verified', requiredProfilePage, {
    emailDomains: [],
    action: '/interaction/abc',
    csrf: 'x',
    client: { name: 'The App' },
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    isEmailFixed: true,
  }),
  exhibit('reset-password-done', passwordResetDonePage, { check: '/account/sign-in-methods' }),
  exhibit('create-account-domains', createAccountPage, {
    ...createAccount,
    problems: ['emailDomain'],
  }),
  exhibit('email-code', emailCodePage, {
    action: '/interaction/abc',
    csrf: 'token',
    client,
    email: 'maria@example.com',
    changeTo: '/interaction/abc?change=yes',
  }),
  exhibit(
    'email-code-wrong',
    emailCodePage,
    {
      action: '/interaction/abc',
      csrf: 'token',
      client: longClient,
      email: longName,
      changeTo: '/interaction/abc?change=yes',
      problem: 'usedUp',
      waitSeconds: 60,
    },
    { language: 'de' },
  ),
  exhibit('second-factor', secondFactorPage, {
    action: '/interaction/abc',
    csrf: 'token',
    client,
    account: 'maria',
    kind: 'code',
    otherKind: '/interaction/abc?recovery=yes',
    rememberDays: 30,
    switchTo: '/interaction/abc?another=yes',
  }),
  exhibit(
    'second-factor-reused',
    secondFactorPage,
    {
      action: '/interaction/abc',
      csrf: 'token',
      client: longClient,
      account: longName,
      kind: 'code',
      switchTo: '/interaction/abc?another=yes',
      problem: 'reused',
      waitSeconds: 60,
    },
    { language: 'de' },
  ),
  exhibit(
    'second-factor-recovery',
    secondFactorPage,
    {
      action: '/interaction/abc?recovery=yes',
      csrf: 'token',
      client,
      account: 'maria',
      kind: 'recovery',
      otherKind: '/interaction/abc',
      rememberDays: 1,
      remember: true,
      switchTo: '/interaction/abc?another=yes',
      contact: 'help@example.com',
      problem: 'wrong',
    },
    { language: 'pl' },
  ),
  exhibit('second-factor-passkey', secondFactorPage, {
    action: '/interaction/abc',
    csrf: 'token',
    client,
    account: 'maria',
    kind: 'passkey',
    passkey: loginFull.passkey,
    rememberDays: 30,
    switchTo: '/interaction/abc?another=yes',
  }),
  exhibit(
    'second-factor-passkey-refused',
    secondFactorPage,
    {
      action: '/interaction/abc',
      csrf: 'token',
      client: longClient,
      account: longName,
      kind: 'code',
      otherKind: '/interaction/abc?recovery=yes',
      passkey: loginFull.passkey,
      rememberDays: 30,
      switchTo: '/interaction/abc?another=yes',
      problem: 'otherPasskey',
      signals: [
        { method: 'signalUnknownCredential', rpId: 'id.example.com', credentialId: 'AQIDBAUGBwgJCgsMDQ4PEA' },
      ],
    },
    { language: 'de' },
  ),
  exhibit('set-up-factor', setUpFactorPage, {
    action: '/interaction/abc',
    csrf: 'token',
    pending: 'sealed',
    client,
    account: 'maria',
    secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
    qr: { size: 57, path: 'M4 4h7v1h-7zM12 4h1v1h-1z' },
    laterSeconds: 5 * 86_400,
    switchTo: '/interaction/abc?another=yes',
  }),
  exhibit(
    'set-up-factor-wrong',
    setUpFactorPage,
    {
      action: '/interaction/abc',
      csrf: 'token',
      pending: 'sealed',
      client: longClient,
      account: longName,
      secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
      qr: { size: 57, path: 'M4 4h7v1h-7zM12 4h1v1h-1z' },
      switchTo: '/interaction/abc?another=yes',
      problem: 'wrong',
    },
    { language: 'de' },
  ),
  exhibit('recovery-codes', newRecoveryCodesPage, {
    action: '/interaction/abc',
    csrf: 'token',
    done: 'mac',
    codes: ['0AB2C-3DEFG', '4HJK5-6MNPQ', '7RST8-9VWXY', 'Z0123-45678', 'ABCDE-FGHJK'],
  }),
  exhibit('invitation', invitationPage, {
    action: '/account/invitation/abc',
    email: 'maria@example.com',
    isLoginFixed: false,
    minPasswordLength: 12,
  }),
  exhibit(
    'invitation-fixed-name',
    invitationPage,
    {
      action: '/account/invitation/abc',
      login: longName,
      email: longName,
      isLoginFixed: true,
      minPasswordLength: 12,
      problems: ['passwordCommon'],
    },
    { language: 'de' },
  ),
  exhibit('invitation-done', (page) => invitationDonePage(page), {}),
  exhibit('invitation-done-role', (page) => invitationDonePage(page, '/admin'), {}),
  exhibit('sign-in-methods', ofAccount(signInMethodsPage), {
    methods: [
      {
        kind: 'passkey',
        isSecurityKey: true,
        createdAt: 0,
        lastUsedAt: 1,
        remove: '/account/passkeys/a/remove',
      },
      { kind: 'app', createdAt: 0, remove: '/account/authenticator/a/remove' },
      {
        kind: 'identity',
        upstream: 'Corp',
        label: longName,
        createdAt: 0,
        remove: '/account/upstreams/a/remove',
      },
    ],
    codesLeft: 3,
  }),
  exhibit('email-address', ofAccount(emailAddressPage), {
    action: '/account/email',
    csrf: 'token',
    needsPassword: false,
    email: 'maria@example.com',
    isVerified: true,
    isFixed: false,
    isSent: true,
    emailDomains: ['example.com', 'harbour.example'],
  }),
  exhibit(
    'email-address-problem',
    ofAccount(emailAddressPage),
    {
      action: '/account/email',
      csrf: 'token',
      needsPassword: true,
      email: longName,
      isVerified: false,
      isFixed: false,
      isSent: false,
      emailDomains: [],
      typed: longName,
      problem: 'passwordWrong',
      waitSeconds: 60,
    },
    { language: 'de' },
  ),
  exhibit(
    'email-address-confirm',
    confirmAddressPage,
    { action: '/account/email/abc', account: longName, email: longName, needsPassword: false },
    { language: 'pl' },
  ),
  exhibit('email-address-sign-in', confirmAddressPage, {
    action: '/account/email/abc',
    account: 'maria',
    email: 'maria@example.com',
    needsPassword: true,
    signIn: '/account/sign-in?to=%2Faccount%2Femail',
  }),
  exhibit('email-address-confirm-password', confirmAddressPage, {
    action: '/account/email/abc',
    account: longName,
    email: longName,
    needsPassword: true,
    problem: 'passwordWrong',
  }),
  exhibit('email-address-confirmed', (page) => addressConfirmedPage(page), {}),
  exhibit('sign-in-code-request', requestCodePage, {
    action: '/interaction/abc?code=yes',
    csrf: 'token',
    client,
    back: '/interaction/abc',
    isFixed: false,
    remember: false,
    isMissing: true,
    waitSeconds: 60,
  }),
  exhibit(
    'sign-in-code',
    signInCodePage,
    {
      action: '/interaction/abc?code=yes',
      csrf: 'token',
      client,
      back: '/interaction/abc',
      login: longName,
      changeTo: '/interaction/abc?code=yes&change=yes',
      problem: 'wrong',
    },
    { language: 'de' },
  ),
  exhibit('not-me', notMePage, { action: '/account/not-me/abc', account: longName }),
  exhibit(
    'not-me-restores',
    notMePage,
    { action: '/account/not-me/abc', account: longName, restoredEmail: longName },
    { language: 'pl' },
  ),
  exhibit('not-me-done', notMeDonePage, { check: '/account/sign-in-methods' }, { language: 'de' }),
  exhibit('mail-preview', mailPreviewPage, {
    messages: [
      {
        to: 'maria@example.com',
        subject: 'Choose a new password',
        text: 'Open this page:\nhttps://id.example.com/account/reset/abc\n\nBye',
        at: new Date('2026-11-21T09:30:00Z'),
      },
    ],
  }),
  exhibit('mail-preview-empty', mailPreviewPage, { messages: [] }),
  exhibit('device-enter', deviceEnterPage, { action: '/oauth/device', xsrf: 'token' }),
  exhibit('device-enter-prefilled', deviceEnterPage, {
    action: '/oauth/device',
    xsrf: 'token',
    code: 'WDJB-MJHT',
  }),
  exhibit('device-enter-wrong', deviceEnterPage, {
    action: '/oauth/device',
    xsrf: 'token',
    code: 'WDJB-MJHX',
    problem: { kind: 'wrong' },
  }),
  exhibit('device-enter-expired', deviceEnterPage, {
    action: '/oauth/device',
    xsrf: 'token',
    code: 'WDJB-MJHT',
    problem: { kind: 'expired' },
  }),
  exhibit('device-enter-throttled', deviceEnterPage, {
    action: '/oauth/device',
    xsrf: 'token',
    problem: { kind: 'throttled', seconds: 3600 },
  }),
  exhibit('device-confirm', deviceConfirmPage, deviceConfirm),
  exhibit('device-confirm-polish', deviceConfirmPage, deviceConfirm, { language: 'pl' }),
  exhibit('device-approved', deviceDonePage, {
    outcome: 'approved',
    client,
    enterCode: '/oauth/device',
  }),
  exhibit('device-denied', deviceDonePage, { outcome: 'denied', enterCode: '/oauth/device' }),
  exhibit('device-used', deviceDonePage, { outcome: 'used', enterCode: '/oauth/device' }),
  exhibit('logout', logoutPage, {
    action: '/oauth/logout/confirm',
    xsrf: 'token',
    account: { name: 'Maria Kowalska', href: '/account' },
    apps: ['Harbour Notes', 'Living-room TV'],
  }),
  exhibit('logout-plain', logoutPage, {
    action: '/oauth/logout/confirm',
    xsrf: 'token',
    apps: [],
  }),
  exhibit('logged-out', loggedOutPage, {}),
  exhibit('logged-out-with-a-way-back', loggedOutPage, {
    back: { name: 'Harbour Notes', href: 'https://notes.example.com/' },
  }),
  exhibit('error', errorPage, error),
  exhibit('error-unverified-app', errorPage, {
    ...error,
    code: 'login_required',
    back: { name: 'Harbour Notes', href: 'https://notes.example.com/callback?error=x', unverified: true },
  }),
  exhibit(
    'error-unverified-app-form',
    errorPage,
    {
      ...error,
      back: {
        name: longClient.name,
        href: 'https://notes.example.com/callback',
        fields: { error: 'login_required' },
        unverified: true,
      },
    },
    { language: 'de', allowance: { formTargets: ['https://notes.example.com/callback'] } },
  ),
  exhibit('error-500', errorPage, { kind: 'internal', code: 'server_error', status: 500, time: error.time }),
  exhibit(
    'error-503',
    errorPage,
    { kind: 'unavailable', code: 'temporarily_unavailable', status: 503, time: error.time, retryAfter: 5 },
    { language: 'de' },
  ),
  exhibit('error-503-busy', errorPage, {
    kind: 'busy',
    code: 'temporarily_unavailable',
    status: 503,
    time: error.time,
    retryAfter: 60,
  }),
  exhibit('error-429', errorPage, {
    kind: 'tooMany',
    code: 'temporarily_unavailable',
    status: 429,
    time: error.time,
    retryAfter: 300,
  }),
  exhibit('error-404', errorPage, { kind: 'notFound', code: 'not_found', status: 404, time: error.time }),
  exhibit('error-403', errorPage, {
    kind: 'forbidden',
    code: 'access_denied',
    status: 403,
    time: error.time,
  }),
  exhibit(
    'error-expired',
    errorPage,
    { kind: 'expired', code: 'invalid_request', status: 400, time: error.time },
    { language: 'pl' },
  ),
  exhibit('error-unknown-client', errorPage, {
    kind: 'unknownClient',
    code: 'invalid_client',
    status: 400,
    time: error.time,
  }),
  exhibit('error-bad-redirect', errorPage, {
    kind: 'badRedirect',
    code: 'invalid_redirect_uri',
    status: 400,
    time: error.time,
  }),
  exhibit('error-code', errorCodePage, { code: 'invalid_grant' }),
  exhibit('error-code-german', errorCodePage, { code: 'invalid_client' }, { language: 'de' }),
  exhibit('error-code-unknown', errorCodePage, { code: 'no_such_error' }),
  exhibit('landing', landingPage, { issuer: 'id.example.com', account: '/account' }),
  exhibit('form-post', formPostPage, {
    action: '/received',
    fields: { code: 'the-code', state: 'the-state' },
    to: 'notes.example.com',
  }),
  exhibit('confirm', confirmPage, {
    title: 'Revoke access of Harbour Notes?',
    consequence: 'It is signed out on all your devices at once. You can allow it again later.',
    action: '/account/apps/notes/revoke',
    csrf: 'token',
    submitLabel: 'Revoke',
    destructive: true,
    cancelTo: '/account/apps',
  }),
];
