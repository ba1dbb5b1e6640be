import { expectedFormat } from '../schema/formats.ts';
import { type Rule, when } from './rule.ts';

export const defaultLanguageIsOffered: Rule = {
  needs: ['pages'],
  check: ({ pages }) =>
    when(
      !pages.languages.includes(pages.default_language),
      ['pages', 'default_language'],
      `Is not among pages.languages (${pages.languages.join(', ')}).`,
    ),
};

export const pagesHaveOneLogo: Rule = {
  needs: ['pages'],
  check: ({ pages: { logo, theme } }) => [
    ...when(
      logo !== undefined && theme.logo !== undefined,
      ['pages', 'logo'],
      'Is not shown: pages.theme.logo is another logo. Remove one.',
    ),
    ...when(
      theme.logo_dark !== undefined && theme.logo === undefined,
      ['pages', 'theme', 'logo_dark'],
      'Is the logo in dark mode only: set pages.theme.logo too.',
    ),
  ],
};

export const claimsHaveScopes: Rule = {
  needs: ['claims'],
  check: ({ claims }) =>
    Object.keys(claims).flatMap((scope) => {
      const wants = expectedFormat('scope', scope);
      return when(wants !== undefined, ['claims', scope], `The name is not ${wants}.`);
    }),
};

export const defaultScopesExist: Rule = {
  needs: ['resources'],
  check: ({ resources }) =>
    resources.flatMap(({ scopes, default_scopes: defaults = [] }, index) =>
      when(
        defaults.some((scope) => !scopes.includes(scope)),
        ['resources', String(index), 'default_scopes'],
        'Has a scope that is not among scopes.',
      ),
    ),
};

export const deadlineCoversOneOperation: Rule = {
  needs: ['store'],
  check: ({ store }) =>
    when(
      store.deadline_ms < store.operation_timeout_ms,
      ['store', 'deadline_ms'],
      'Must not be shorter than store.operation_timeout_ms.',
    ),
};

export const workersShareTheStore: Rule = {
  needs: ['store', 'listen'],
  check: ({ store, listen }) =>
    when(
      listen.workers > 1 && store.url === 'memory:',
      ['listen', 'workers'],
      'Several processes can not share memory:. Use sqlite:PATH or redis://HOST, or one worker.',
    ),
};

export const mailUserHasPassword: Rule = {
  needs: ['mail'],
  check: ({ mail }) => {
    if (mail === undefined) return [];
    const hasUser = new URL(mail.url).username !== '';
    return [
      ...when(
        hasUser && mail.password === undefined,
        ['mail', 'password'],
        'Is missing: mail.url names a user. Use password_file with the name of a file that holds it.',
      ),
      ...when(
        !hasUser && mail.password !== undefined,
        ['mail', 'url'],
        'Names no user for the password: write it as smtps://USER@HOST.',
      ),
    ];
  },
};

export const signInCanSendCode: Rule = {
  needs: ['mode', 'mail', 'sign_in'],
  check: ({ mode, mail, sign_in: { email_code: sendsCode } }) =>
    when(
      sendsCode && mode === 'production' && mail === undefined,
      ['sign_in', 'email_code'],
      'Needs a mail server to send the code: set mail.url and mail.from.',
    ),
};

export const signUpCanVerify: Rule = {
  needs: ['mode', 'mail', 'sign_up'],
  check: ({ mode, mail, sign_up: { verify_email: verifies, email_domains: domains } }) => [
    ...when(
      verifies && mode === 'production' && mail === undefined,
      ['sign_up', 'verify_email'],
      'Needs a mail server to send the code: set mail.url and mail.from.',
    ),
    ...when(
      domains.length > 0 && !verifies,
      ['sign_up', 'email_domains'],
      'Means nothing without sign_up.verify_email: anyone could type an address at these domains.',
    ),
  ],
};

export const adminLevelExists: Rule = {
  needs: ['admin', 'security'],
  check: ({ admin: { required_acr: level }, security: { acr_values: levels } }) =>
    when(
      level !== undefined && !levels.includes(level),
      ['admin', 'required_acr'],
      'Is not among security.acr_values, so no sign-in would reach it.',
    ),
};
