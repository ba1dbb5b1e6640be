import { alert, createFields, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import { type NewAccountProblem, newAccountError } from '../new-account-fields.ts';
import type { Page } from '../page.ts';
import { type ProfileFieldModel, profileFieldErrors, renderProfileFields } from '../profile-fields.ts';
import { relativeTime } from '../time.ts';

export interface InvitationModel {
  /** The form posts `login`, `name`, `password` and, unless it is fixed, `email` to this path. */
  readonly action: string;
  readonly login?: string | undefined;
  /** The operator chose the user name. */
  readonly isLoginFixed: boolean;
  readonly name?: string | undefined;
  /** The address that was invited. */
  readonly email: string;
  /** Fields of the operator's own. */
  readonly profile?: readonly ProfileFieldModel[];
  readonly minPasswordLength: number;
  readonly problems?: readonly NewAccountProblem[];
  readonly waitSeconds?: number | undefined;
}

export const invitationPage = (page: Page, model: InvitationModel): string => {
  const { createAccount: text, invitation, login: signIn } = page.messages;
  const { action, login, isLoginFixed, name, email, minPasswordLength } = model;
  const { problems = [], profile = [], waitSeconds } = model;
  const fields = createFields(page.messages, [
    ...problems.map((problem) => newAccountError(page.messages, problem, minPasswordLength)),
    ...profileFieldErrors(page.messages, profile),
  ]);
  return layout(page, {
    title: invitation.title(page.brand),
    invalid:
      waitSeconds !== undefined ||
      problems.length > 0 ||
      profile.some(({ problem }) => problem !== undefined),
    body: html`
    <p>${invitation.hint}</p>
    ${waitSeconds !== undefined && alert(signIn.throttled(relativeTime(page.messages.tag, waitSeconds)))}
    ${fields.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${fields.text({ name: 'login', label: text.login, value: login, autocomplete: 'username', required: true, readonly: isLoginFixed, autofocus: !isLoginFixed })}
      ${fields.text({ name: 'name', label: text.name, value: name, autocomplete: 'name', autofocus: isLoginFixed })}
      ${fields.text({ name: 'email', label: text.email, value: email, autocomplete: 'email', type: 'email', readonly: true })}
      ${renderProfileFields(fields, profile)}
      ${fields.password({ name: 'password', label: text.password, hint: text.passwordHint(minPasswordLength), autocomplete: 'new-password', required: true })}
      ${submit({ label: text.submit, class: 'invitation-submit' })}
    </form>`,
  });
};

/** `console` is its path, for a person with a role. */
export const invitationDonePage = (page: Page, console?: string): string => {
  const { invitation } = page.messages;
  return layout(page, {
    title: invitation.doneTitle,
    body: html`
    <p>${console === undefined ? invitation.done : invitation.doneWithRole}</p>
    ${
      console === undefined
        ? homeLink(page)
        : html`<p><a role="button" class="to-console" href="${ownPath(console)}">${invitation.toConsole}</a></p>`
    }`,
  });
};
