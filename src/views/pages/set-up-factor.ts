import { type AuthenticatorModel, authenticatorFields, recoveryCodeList } from '../authenticator-fields.ts';
import { createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import type { FactorMessages } from '../languages/factors/messages.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export type SetUpProblem = keyof FactorMessages['setUp']['problems'];

export interface SetUpFactorModel extends AuthenticatorModel {
  /** The forms post `csrf`, and either `pending` and `code` or `later` (`yes`) to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly pending: string;
  readonly client: ClientDisplay;
  readonly account: string;
  /** How long it can be put off. Without it, it can't. */
  readonly laterSeconds?: number | undefined;
  readonly switchTo: string;
  readonly problem?: SetUpProblem | undefined;
}

export const setUpFactorPage = (page: Page, model: SetUpFactorModel): string => {
  const { factors, login, resetPassword, tag } = page.messages;
  const { setUp: text } = factors;
  const { action, csrf, pending, client, account, laterSeconds, switchTo, problem } = model;
  const fields = createFields(
    page.messages,
    problem === undefined ? [] : [{ field: 'code', message: text.problems[problem] }],
  );
  return layout(page, {
    title: text.title,
    invalid: problem !== undefined,
    body: html`
    ${renderClient(client, login.toContinue(strong(client.name)))}
    <p>${resetPassword.account(strong(account))}</p>
    <p>${text.why}</p>
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf, pending })}
      ${authenticatorFields(page.messages, fields, model)}
      ${submit({ label: text.submit, class: 'factor-set-up' })}
    </form>
    ${
      laterSeconds !== undefined &&
      html`<p>${text.until(relativeTime(tag, laterSeconds))}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({ label: text.later, class: 'factor-later', name: 'later', value: 'yes', look: 'secondary' })}
    </form>`
    }
    <p class="after"><a href="${ownPath(switchTo)}">${factors.ask.another}</a></p>`,
  });
};

export interface NewRecoveryCodesModel {
  /** The form posts `csrf` and `done` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly done: string;
  readonly codes: readonly string[];
}

/** The end of setting up an app at the sign-in. */
export const newRecoveryCodesPage = (
  page: Page,
  { action, csrf, done, codes }: NewRecoveryCodesModel,
): string => {
  const { codes: text } = page.messages.factors;
  return layout(page, {
    title: text.title,
    body: html`
    ${recoveryCodeList(page.messages, codes)}
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf, done })}
      ${submit({ label: text.done, class: 'factor-done' })}
    </form>`,
  });
};
