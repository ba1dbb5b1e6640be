import { createFields, type FieldError, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';

export type ProfileProblem = 'nameMissing' | 'emailMissing' | 'emailInvalid' | 'emailDomain';

export interface RequiredProfileModel {
  /** The form posts `csrf`, `name` and `email` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly name: string;
  readonly email: string;
  /** A verified address isn't changed here. */
  readonly isEmailFixed: boolean;
  /** The domains of addresses that people may choose. Empty: any. */
  readonly emailDomains: readonly string[];
  readonly problems?: readonly ProfileProblem[];
}

const fieldError = (
  { requiredProfile, createAccount: { problems } }: Messages,
  problem: ProfileProblem,
): FieldError =>
  problem === 'nameMissing'
    ? { field: 'name', message: requiredProfile.nameMissing }
    : { field: 'email', message: problems[problem] };

export const requiredProfilePage = (page: Page, model: RequiredProfileModel): string => {
  const { requiredProfile: text, createAccount, login } = page.messages;
  const problems = model.problems ?? [];
  const fields = createFields(
    page.messages,
    problems.map((problem) => fieldError(page.messages, problem)),
  );
  return layout(page, {
    title: text.title,
    invalid: problems.length > 0,
    body: html`
    ${renderClient(model.client, login.toContinue(strong(model.client.name)))}
    ${fields.summary()}
    <form method="post" action="${ownPath(model.action)}" novalidate>
      ${hidden({ csrf: model.csrf })}
      ${fields.text({ name: 'name', label: createAccount.name, value: model.name, autocomplete: 'name', required: true, autofocus: true })}
      ${fields.text({ name: 'email', label: createAccount.email, value: model.email, hint: model.isEmailFixed ? text.emailFixed : model.emailDomains.length > 0 ? createAccount.emailHint(model.emailDomains.join(', ')) : undefined, readonly: model.isEmailFixed, autocomplete: 'email', type: 'email', required: true })}
      ${submit({ label: text.submit, class: 'profile-submit' })}
    </form>`,
  });
};
