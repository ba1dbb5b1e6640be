import { type AccountFrame, accountPage } from '../account-layout.ts';
import { type AuthenticatorModel, authenticatorFields, recoveryCodeList } from '../authenticator-fields.ts';
import { createFields, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import { dateTime } from '../time.ts';
import type { SetUpProblem } from './set-up-factor.ts';

interface AppModel {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

export interface AuthenticatorsModel {
  readonly apps: readonly AppModel[];
  /** How many recovery codes are left. Without it, the service has none. */
  readonly codesLeft: number | undefined;
  /** The service asks everybody for a second step. */
  readonly isRequired: boolean;
  /** Undefined where no further app can be added. */
  readonly add: string | undefined;
  readonly newCodes: string;
  readonly removePathOf: (id: string) => string;
  readonly done: string | undefined;
}

/** With so few left, the page advises to make new ones. */
const fewCodes = 3;

const renderFacts = ({ page, zone }: AccountFrame, { createdAt, lastUsedAt }: AppModel): Html => {
  const { account: text } = page.messages.factors;
  const time = (at: number): Html =>
    html`<time datetime="${new Date(at).toISOString()}">${dateTime(page.messages.tag, new Date(at), zone)}</time>`;
  return html`<dl class="facts-list">
      <div><dt>${text.added}</dt><dd>${time(createdAt)}</dd></div>
      <div><dt>${text.lastUsed}</dt><dd>${lastUsedAt === undefined ? text.never : time(lastUsedAt)}</dd></div>
    </dl>`;
};

export const authenticatorsPage = (frame: AccountFrame, model: AuthenticatorsModel): string => {
  const { account: text } = frame.page.messages.factors;
  const { apps, codesLeft, isRequired, add, newCodes, removePathOf, done } = model;
  return accountPage(frame, {
    title: text.title,
    body: html`
    ${(done === 'added' || done === 'removed') && html`<p class="notice" role="status">${text.done[done]}</p>`}
    <p>${text.hint}</p>
    ${isRequired && html`<p class="hint">${text.required}</p>`}
    ${apps.length === 0 && html`<p>${text.none}</p>`}
    ${
      apps.length > 0 &&
      html`<ul class="entries">${apps.map(
        (app) => html`<li>
      <h2 class="entry-title">${text.app}</h2>
      ${renderFacts(frame, app)}
      <p><a href="${ownPath(removePathOf(app.id))}">${text.remove}</a></p>
    </li>`,
      )}</ul>`
    }
    ${add !== undefined && html`<p><a role="button" class="authenticator-add" href="${ownPath(add)}">${apps.length === 0 ? text.add : text.addAnother}</a></p>`}
    ${
      apps.length > 0 &&
      codesLeft !== undefined &&
      html`<h2 class="entry-title">${text.codesTitle}</h2>
    <p>${codesLeft === 0 ? text.codesNone : text.codesLeft(codesLeft)}</p>
    ${codesLeft > 0 && codesLeft <= fewCodes && html`<p class="notice">${text.codesLow}</p>`}
    <p><a href="${ownPath(newCodes)}">${text.newCodes}</a></p>`
    }`,
  });
};

export interface AddAuthenticatorModel extends AuthenticatorModel {
  /** The form posts `csrf`, `pending` and `code` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly pending: string;
  /** It is the first app. */
  readonly isFirst: boolean;
  readonly back: string;
  readonly problem?: SetUpProblem | undefined;
}

export const addAuthenticatorPage = (frame: AccountFrame, model: AddAuthenticatorModel): string => {
  const { messages } = frame.page;
  const { account: text, setUp } = messages.factors;
  const { action, csrf, pending, isFirst, back, problem } = model;
  const fields = createFields(
    messages,
    problem === undefined ? [] : [{ field: 'code', message: setUp.problems[problem] }],
  );
  return accountPage(frame, {
    title: text.addTitle,
    invalid: problem !== undefined,
    body: html`
    ${isFirst && html`<p>${text.addConsequence}</p>`}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf, pending })}
      ${authenticatorFields(messages, fields, model)}
      <div class="actions">
        ${submit({ label: setUp.submit, class: 'factor-set-up' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

export interface NewCodesModel {
  readonly codes: readonly string[];
  readonly next: string;
}

/** They are shown once, in the response to the form. */
export const accountCodesPage = (frame: AccountFrame, { codes, next }: NewCodesModel): string => {
  const { codes: text } = frame.page.messages.factors;
  return accountPage(frame, {
    title: text.title,
    body: html`
    ${recoveryCodeList(frame.page.messages, codes)}
    <p><a role="button" class="codes-saved" href="${ownPath(next)}">${text.toAccount}</a></p>`,
  });
};

interface ConfirmModel {
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
}

export const renewCodesPage = (frame: AccountFrame, { action, csrf, back }: ConfirmModel): string => {
  const { messages } = frame.page;
  const { account: text } = messages.factors;
  return accountPage(frame, {
    title: text.newCodesTitle,
    body: html`
    <p>${text.newCodesConsequence}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      <div class="actions">
        ${submit({ label: text.newCodesSubmit, class: 'codes-renew' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

export interface RemoveAuthenticatorModel extends ConfirmModel {
  readonly app: AppModel;
  readonly isLast: boolean;
}

export const removeAuthenticatorPage = (frame: AccountFrame, model: RemoveAuthenticatorModel): string => {
  const { messages } = frame.page;
  const { account: text } = messages.factors;
  const { action, csrf, back, app, isLast } = model;
  return accountPage(frame, {
    title: text.removeTitle,
    body: html`
    ${renderFacts(frame, app)}
    <p>${isLast ? text.removeLast : text.removeConsequence}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      <div class="actions">
        ${submit({ label: text.removeSubmit, class: 'authenticator-remove', look: 'danger' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
