import { type AccountFrame, accountPage } from '../account-layout.ts';
import { type Html, html } from '../html.ts';
import type { Messages } from '../languages/messages.ts';
import { ownPath } from '../links.ts';
import { nameOfPasskey, type PasskeyName } from '../passkey-name.ts';
import { dateTime } from '../time.ts';

interface Used {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Not known of an identity. */
  readonly lastUsedAt?: number;
  /** The page that removes it. */
  readonly remove: string;
}

/** A way to sign in besides the password. */
export type SignInMethod = Used &
  (
    | ({ readonly kind: 'passkey' } & PasskeyName)
    | { readonly kind: 'app' }
    | { readonly kind: 'identity'; readonly upstream: string; readonly label: string }
  );

interface SignInMethodsModel {
  readonly methods: readonly SignInMethod[];
  readonly codesLeft: number;
}

const nameOf = (messages: Messages, method: SignInMethod): string => {
  if (method.kind === 'app') return messages.factors.account.app;
  return method.kind === 'passkey'
    ? nameOfPasskey(messages, method)
    : `${method.upstream}: ${method.label || messages.upstream.unnamed}`;
};

const renderMethod = ({ page, zone }: AccountFrame, method: SignInMethod): Html => {
  const { messages } = page;
  const { signInMethods: text } = messages.account;
  const time = (at: number): Html =>
    html`<time datetime="${new Date(at).toISOString()}">${dateTime(messages.tag, new Date(at), zone)}</time>`;
  const { kind, createdAt, lastUsedAt, remove } = method;
  const name = nameOf(messages, method);
  return html`<li>
      <h2 class="entry-title">${name}</h2>
      <dl class="facts-list">
        <div><dt>${text.kind}</dt><dd>${text.kinds[kind]}</dd></div>
        <div><dt>${text.added}</dt><dd>${time(createdAt)}</dd></div>
        ${kind !== 'identity' && html`<div><dt>${text.lastUsed}</dt><dd>${lastUsedAt === undefined ? text.never : time(lastUsedAt)}</dd></div>`}
      </dl>
      <p><a href="${ownPath(remove)}">${text.remove}<span class="visually-hidden">: ${name}</span></a></p>
    </li>`;
};

export const signInMethodsPage = (
  frame: AccountFrame,
  { methods, codesLeft }: SignInMethodsModel,
): string => {
  const { signInMethods: text } = frame.page.messages.account;
  return accountPage(frame, {
    title: text.title,
    body: html`
    <p>${text.hint}</p>
    ${
      methods.length === 0
        ? html`<p>${text.none}</p>`
        : html`<ul class="entries">${methods.map((method) => renderMethod(frame, method))}</ul>
    <p class="hint">${text.stuck}</p>`
    }
    ${codesLeft > 0 && html`<p class="hint">${frame.page.messages.factors.account.codesTitle}: ${frame.page.messages.factors.account.codesLeft(codesLeft)}</p>`}`,
  });
};
