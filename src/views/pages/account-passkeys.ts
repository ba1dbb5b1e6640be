import { type AccountFrame, accountPage } from '../account-layout.ts';
import { alert, createFields, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import type { Messages } from '../languages/messages.ts';
import { ownPath } from '../links.ts';
import { type PasskeySignal, passkeyForm, passkeySignals } from '../passkey-form.ts';
import { nameOfPasskey, type PasskeyName } from '../passkey-name.ts';
import { dateTime, relativeTime } from '../time.ts';

interface PasskeyModel extends PasskeyName {
  readonly id: string;
  readonly isDeviceBound: boolean;
  readonly isSynced: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

export interface PasskeysModel {
  readonly passkeys: readonly PasskeyModel[];
  readonly add: string;
  readonly pathOf: (id: string) => string;
  readonly removePathOf: (id: string) => string;
  /** What was done before, as a name in the texts. */
  readonly done?: string | undefined;
  readonly signals: readonly PasskeySignal[];
}

const fact = (name: string, value: Html | string | undefined): Html | undefined =>
  value === undefined ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const renderFacts = ({ page, zone }: AccountFrame, passkey: PasskeyModel): Html => {
  const { list: text } = page.messages.passkeys;
  const time = (at: number): Html =>
    html`<time datetime="${new Date(at).toISOString()}">${dateTime(page.messages.tag, new Date(at), zone)}</time>`;
  const { name, provider, createdAt, lastUsedAt, isSynced, isDeviceBound } = passkey;
  return html`<dl class="facts-list">
      ${fact(text.created, time(createdAt))}
      ${fact(text.lastUsed, lastUsedAt === undefined ? text.never : time(lastUsedAt))}
      ${fact(text.keptBy, name === undefined ? undefined : provider)}
      ${fact(text.copies, isSynced ? text.synced : isDeviceBound ? text.deviceBound : text.notSynced)}
    </dl>`;
};

const isDone = (
  done: string | undefined,
  texts: Messages['passkeys']['list']['done'],
): done is keyof typeof texts => done !== undefined && Object.hasOwn(texts, done);

export const passkeysPage = (frame: AccountFrame, model: PasskeysModel): string => {
  const { messages } = frame.page;
  const { list: text } = messages.passkeys;
  const { passkeys, add, pathOf, removePathOf, done, signals } = model;
  const hint = passkeys.length === 0 ? text.none : passkeys.length === 1 ? text.addSecond : undefined;
  const action = (href: string, label: string, of: PasskeyModel): Html =>
    html`<a href="${ownPath(href)}">${label}<span class="visually-hidden">: ${nameOfPasskey(messages, of)}</span></a>`;
  return accountPage(frame, {
    title: text.title,
    scripts: ['passkeys.js'],
    body: html`
    ${isDone(done, text.done) && html`<p class="notice" role="status">${text.done[done]}</p>`}
    <p>${text.hint}</p>
    ${
      passkeys.length > 0 &&
      html`<ul class="entries">${passkeys.map(
        (passkey) => html`<li>
      <h2 class="entry-title">${nameOfPasskey(messages, passkey)}</h2>
      ${renderFacts(frame, passkey)}
      <p>${action(pathOf(passkey.id), text.rename, passkey)} · ${action(removePathOf(passkey.id), text.remove, passkey)}</p>
    </li>`,
      )}</ul>`
    }
    ${hint !== undefined && html`<p class="hint">${hint}</p>`}
    <p><a role="button" class="passkey-add" href="${ownPath(add)}">${text.add}</a></p>
    ${passkeySignals(signals)}`,
  });
};

type AddPasskeyProblem = keyof Messages['passkeys']['add']['problems'];

export interface AddPasskeyModel {
  readonly action: string;
  readonly csrf: string;
  /** For `navigator.credentials.create()`. */
  readonly options: object;
  readonly back: string;
  readonly problem?: AddPasskeyProblem | undefined;
  readonly waitSeconds?: number | undefined;
}

export const addPasskeyPage = (frame: AccountFrame, model: AddPasskeyModel): string => {
  const { messages } = frame.page;
  const { add: text } = messages.passkeys;
  const { action, csrf, options, back, problem, waitSeconds } = model;
  return accountPage(frame, {
    title: text.title,
    invalid: problem !== undefined || waitSeconds !== undefined,
    scripts: ['passkeys.js'],
    body: html`
    ${problem !== undefined && alert(text.problems[problem])}
    ${waitSeconds !== undefined && alert(messages.login.throttled(relativeTime(messages.tag, waitSeconds)))}
    <p>${text.hint}</p>
    <p class="hint" data-lacks-passkeys>${text.needsBrowser}</p>
    ${passkeyForm(messages, { action, csrf, options, ceremony: 'create', label: text.submit })}
    <p><a href="${ownPath(back)}">${messages.confirm.cancel}</a></p>`,
  });
};

interface OnePasskeyModel {
  /** The form posts `csrf` and `name` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly passkey: PasskeyModel;
  readonly back: string;
}

export interface RenamePasskeyModel extends OnePasskeyModel {
  /** The name that can't be used. */
  readonly refused?: string | undefined;
}

export const passkeyPage = (
  frame: AccountFrame,
  { action, csrf, passkey, back, refused }: RenamePasskeyModel,
): string => {
  const { messages } = frame.page;
  const { rename: text } = messages.passkeys;
  const isRefused = refused !== undefined;
  const fields = createFields(messages, isRefused ? [{ field: 'name', message: text.nameInvalid }] : []);
  return accountPage(frame, {
    title: text.title,
    invalid: isRefused,
    body: html`
    ${fields.summary()}
    ${renderFacts(frame, passkey)}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${fields.text({ name: 'name', label: text.name, hint: text.nameHint, value: refused ?? passkey.name ?? nameOfPasskey(messages, passkey), autofocus: true })}
      <div class="actions">
        ${submit({ label: text.submit, class: 'passkey-rename' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

export interface RemovePasskeyModel extends OnePasskeyModel {
  /** Without it the person could sign in no more. */
  readonly isLast: boolean;
  readonly add: string;
}

export const removePasskeyPage = (frame: AccountFrame, model: RemovePasskeyModel): string => {
  const { messages } = frame.page;
  const { remove: text, list } = messages.passkeys;
  const { action, csrf, passkey, isLast, back, add } = model;
  const title = html`<p><strong>${nameOfPasskey(messages, passkey)}</strong></p>${renderFacts(frame, passkey)}`;
  if (isLast)
    return accountPage(frame, {
      title: text.lastTitle,
      body: html`
    ${title}
    ${alert(text.last)}
    <p><a role="button" href="${ownPath(add)}">${list.add}</a></p>
    <p><a href="${ownPath(back)}">${list.title}</a></p>`,
    });
  return accountPage(frame, {
    title: text.title,
    body: html`
    ${title}
    <p>${text.consequence}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      <div class="actions">
        ${submit({ label: text.submit, class: 'passkey-remove', look: 'danger' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
