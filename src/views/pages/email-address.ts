import { type AccountFrame, accountPage } from '../account-layout.ts';
import { alert, createFields, hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export type EmailAddressProblem = keyof Messages['emailAddress']['problems'];

export interface EmailAddressModel {
  /** The form posts `csrf`, `email` and, if it is needed, `password` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly email?: string;
  readonly isVerified: boolean;
  /** The operator has set the address in the configuration. */
  readonly isFixed: boolean;
  readonly isSent: boolean;
  /** The account has a password, which the form asks for. */
  readonly needsPassword: boolean;
  /** The domains of addresses that people may choose. Empty: any. */
  readonly emailDomains: readonly string[];
  readonly typed?: string | undefined;
  readonly problem?: EmailAddressProblem | undefined;
  /** Too many wrong passwords, or too many messages. */
  readonly waitSeconds?: number | undefined;
}

export const emailAddressPage = (frame: AccountFrame, model: EmailAddressModel): string => {
  const { page } = frame;
  const { emailAddress: text, login, createAccount, tag } = page.messages;
  const { action, csrf, email, isVerified, isFixed, isSent, needsPassword, emailDomains } = model;
  const { typed, problem, waitSeconds } = model;
  const fields = createFields(
    page.messages,
    problem === undefined
      ? []
      : [{ field: problem.startsWith('email') ? 'email' : 'password', message: text.problems[problem] }],
  );
  return accountPage(frame, {
    title: text.title,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${isSent && html`<p class="notice" role="status">${text.sent}</p>`}
    ${email !== undefined && html`<p>${isVerified ? text.verified(strong(email)) : text.unverified(strong(email))}</p>`}
    ${isFixed && html`<p>${text.fixed}</p>`}
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(login.throttled(relativeTime(tag, waitSeconds)))}
    ${
      !isFixed &&
      html`<form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${fields.text({ name: 'email', label: createAccount.email, value: typed ?? (isVerified ? '' : email), hint: emailDomains.length > 0 ? createAccount.emailHint(emailDomains.join(', ')) : undefined, autocomplete: 'email', type: 'email', required: true })}
      ${needsPassword && fields.password({ name: 'password', label: login.password, autocomplete: 'current-password', required: true })}
      ${submit({ label: text.submit, class: 'email-submit' })}
    </form>`
    }`,
  });
};

export interface ConfirmAddressModel {
  /** The form posts to this path, with `password` if it is needed. */
  readonly action: string;
  readonly account: string;
  readonly email: string;
  /** The account isn't signed in to this browser. */
  readonly needsPassword: boolean;
  /** The path of a sign-in, for an account that has no password to type. The page has no form then. */
  readonly signIn?: string;
  readonly problem?: EmailAddressProblem;
  /** Too many wrong passwords. */
  readonly waitSeconds?: number;
}

export const confirmAddressPage = (page: Page, model: ConfirmAddressModel): string => {
  const { emailAddress: text, login, tag } = page.messages;
  const { action, account, email, needsPassword, signIn, problem, waitSeconds } = model;
  if (signIn !== undefined)
    return layout(page, {
      title: text.confirmTitle,
      body: html`
    <p>${text.confirm(strong(email), strong(account))}</p>
    <p>${text.confirmNeedsSignIn}</p>
    <p><a role="button" class="email-sign-in" href="${ownPath(signIn)}">${login.title}</a></p>`,
    });
  const fields = createFields(
    page.messages,
    problem === undefined ? [] : [{ field: 'password', message: text.problems[problem] }],
  );
  return layout(page, {
    title: text.confirmTitle,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    <p>${text.confirm(strong(email), strong(account))}</p>
    ${needsPassword && html`<p>${text.confirmNeedsPassword}</p>`}
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(login.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${needsPassword && fields.password({ name: 'password', label: login.password, autocomplete: 'current-password', required: true })}
      ${submit({ label: text.confirmSubmit, class: 'email-confirm' })}
    </form>`,
  });
};

export const addressConfirmedPage = (page: Page): string => {
  const { emailAddress: text } = page.messages;
  return layout(page, {
    title: text.doneTitle,
    body: html`
    <p>${text.done}</p>
    ${homeLink(page)}`,
  });
};
