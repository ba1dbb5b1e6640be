import { alert, createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import { type NewAccountProblem, newAccountError } from '../new-account-fields.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { type ProfileFieldModel, profileFieldErrors, renderProfileFields } from '../profile-fields.ts';
import { relativeTime } from '../time.ts';

export interface CreateAccountModel {
  /** The form posts `csrf`, `login`, `name`, `email` and `password` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly login?: string;
  readonly name?: string;
  readonly email?: string;
  readonly minPasswordLength: number;
  /** Addresses at other domains are refused; empty: any. */
  readonly emailDomains?: readonly string[];
  /** Fields of the operator. */
  readonly profile?: readonly ProfileFieldModel[];
  readonly problems?: readonly NewAccountProblem[];
  /** The form is valid but was sent too early. */
  readonly waitSeconds?: number;
  readonly signIn?: { readonly href: string };
}

export const createAccountPage = (page: Page, model: CreateAccountModel): string => {
  const { createAccount: text, tag } = page.messages;
  const { waitSeconds, emailDomains = [] } = model;
  const problems = model.problems ?? [];
  const { profile = [] } = model;
  const errors = [
    ...problems.map((problem) => newAccountError(page.messages, problem, model.minPasswordLength)),
    ...profileFieldErrors(page.messages, profile),
  ];
  const fields = createFields(page.messages, errors);
  return layout(page, {
    title: text.title,
    invalid: errors.length > 0 || waitSeconds !== undefined,
    body: html`
    ${renderClient(model.client, text.toContinue(strong(model.client.name)))}
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(text.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(model.action)}" novalidate>
      ${hidden({ csrf: model.csrf })}
      ${fields.text({ name: 'login', label: text.login, value: model.login, autocomplete: 'username', required: true, autofocus: waitSeconds === undefined })}
      ${fields.text({ name: 'name', label: text.name, value: model.name, autocomplete: 'name' })}
      ${fields.text({ name: 'email', label: text.email, value: model.email, hint: emailDomains.length > 0 ? text.emailHint(emailDomains.join(', ')) : undefined, autocomplete: 'email', type: 'email', required: true })}
      ${renderProfileFields(fields, profile)}
      ${fields.password({ name: 'password', label: text.password, hint: text.passwordHint(model.minPasswordLength), autocomplete: 'new-password', required: true, autofocus: waitSeconds !== undefined })}
      ${submit({ label: text.submit, class: 'create-submit' })}
    </form>
    ${model.signIn && html`<p class="after"><a href="${ownPath(model.signIn.href)}">${text.haveOne}</a></p>`}`,
  });
};
