import { type AccountFrame, accountPage } from '../account-layout.ts';
import { alert, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { ownPath } from '../links.ts';
import { dateTime } from '../time.ts';

/** An identity at another provider that is linked to the account. */
interface LinkModel {
  /** The name of the provider. */
  readonly name: string;
  /** How the provider calls the person. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly linkedAt: number;
}

export interface AccountUpstreamsProblem {
  readonly kind: 'unavailable' | 'denied' | 'invalid' | 'not_allowed' | 'linked_elsewhere';
  readonly upstream: string;
}

interface AccountUpstreamsModel {
  readonly links: readonly (LinkModel & { readonly remove: string })[];
  /** The upstreams that can be linked. */
  readonly upstreams: readonly { readonly name: string; readonly connect: string }[];
  /** What was done before, as a name in the texts. */
  readonly done?: string;
  readonly problem?: AccountUpstreamsProblem;
}

const renderLink = ({ page, zone }: AccountFrame, { name, label, linkedAt }: LinkModel): Html => {
  const text = page.messages.account.upstreams;
  const at = new Date(linkedAt);
  return html`<h2 class="entry-title">${name}</h2>
    <dl class="facts-list">
      <div><dt>${text.label}</dt><dd>${label || page.messages.upstream.unnamed}</dd></div>
      <div><dt>${text.linked}</dt><dd><time datetime="${at.toISOString()}">${dateTime(page.messages.tag, at, zone)}</time></dd></div>
    </dl>`;
};

const renderProblem = ({ account, upstream }: Messages, { kind, upstream: name }: AccountUpstreamsProblem) =>
  kind === 'linked_elsewhere'
    ? alert(...account.upstreams.linkedElsewhere(strong(name)))
    : alert(...upstream.problems[kind](strong(name)));

export const accountUpstreamsPage = (
  frame: AccountFrame,
  { links, upstreams, done, problem }: AccountUpstreamsModel,
): string => {
  const { messages } = frame.page;
  const text = messages.account.upstreams;
  return accountPage(frame, {
    title: text.title,
    invalid: problem !== undefined,
    body: html`
    ${problem && renderProblem(messages, problem)}
    ${done === 'linked' && html`<p class="notice" role="status">${text.doneLinked}</p>`}
    ${done === 'removed' && html`<p class="notice" role="status">${text.doneRemoved}</p>`}
    <p>${text.hint}</p>
    ${
      links.length > 0
        ? html`<ul class="entries">${links.map(
            (link) => html`<li>
      ${renderLink(frame, link)}
      <p><a href="${ownPath(link.remove)}">${text.remove}<span class="visually-hidden">: ${link.name}, ${link.label || messages.upstream.unnamed}</span></a></p>
    </li>`,
          )}</ul>`
        : html`<p class="hint">${text.none}</p>`
    }
    ${
      upstreams.length > 0 &&
      html`<div class="stack">${upstreams.map(
        ({ name, connect }) =>
          html`<a role="button" class="secondary upstream-add" href="${ownPath(connect)}">${text.add(name)}</a>`,
      )}</div>`
    }`,
  });
};

interface ConfirmModel {
  /** The form posts `csrf` and `arrival` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly arrival: string;
  /** The name of the provider. */
  readonly upstream: string;
  readonly label: string;
  /** The name of the account. */
  readonly account: string;
  readonly back: string;
}

/** Asks whether the person of the provider may sign in to this account from now on. */
export const confirmUpstreamPage = (frame: AccountFrame, model: ConfirmModel): string => {
  const { messages } = frame.page;
  const { upstream: text } = messages;
  const { action, csrf, arrival, upstream, label, account, back } = model;
  return accountPage(frame, {
    title: text.linkTitle(upstream),
    body: html`
    <p>${text.linkLead(strong(upstream), strong(label || text.unnamed), strong(account))}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf, arrival })}
      <div class="actions">
        ${submit({ label: text.connect, class: 'upstream-connect' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

interface RemoveModel {
  readonly action: string;
  readonly csrf: string;
  readonly link: LinkModel;
  /** Without it the person could sign in no more. */
  readonly isLast: boolean;
  readonly back: string;
}

export const removeUpstreamPage = (frame: AccountFrame, model: RemoveModel): string => {
  const { messages } = frame.page;
  const text = messages.account.upstreams;
  const { action, csrf, link, isLast, back } = model;
  if (isLast)
    return accountPage(frame, {
      title: text.lastTitle,
      body: html`
    ${renderLink(frame, link)}
    ${alert(text.last)}
    <p><a href="${ownPath(back)}">${text.title}</a></p>`,
    });
  return accountPage(frame, {
    title: text.removeTitle(link.name),
    body: html`
    ${renderLink(frame, link)}
    <p>${text.consequence}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      <div class="actions">
        ${submit({ label: text.remove, class: 'upstream-remove', look: 'danger' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
