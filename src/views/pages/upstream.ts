import { hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { AccountDisplay, ClientDisplay, Page } from '../page.ts';

/** Why a sign-in by an upstream ended here. */
export type UpstreamProblemKind =
  | 'unavailable'
  | 'denied'
  | 'invalid'
  | 'not_allowed'
  | 'disabled'
  | 'no_account'
  | 'address_taken'
  | 'other_issuer';

interface UpstreamModel {
  /** The forms post `csrf` and one button to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  /** The name of the upstream. */
  readonly upstream: string;
}

interface ProblemModel extends UpstreamModel {
  readonly kind: UpstreamProblemKind;
  readonly again?: string;
  readonly otherWays?: string;
}

/** The button `back` (`unavailable` or `refused`) returns to the application. */
export const upstreamProblemPage = (page: Page, model: ProblemModel): string => {
  const { upstream: text } = page.messages;
  const { action, csrf, client, upstream, kind, again, otherWays } = model;
  return layout(page, {
    title: text.problemTitle(upstream),
    body: html`
    <p class="lead">${text.problems[kind](strong(upstream))}</p>
    <div class="stack">
      ${otherWays !== undefined && html`<a role="button" class="upstream-other" href="${ownPath(otherWays)}">${text.otherWays}</a>`}
      ${again !== undefined && html`<a role="button" class="secondary upstream-again" href="${ownPath(again)}">${text.again}</a>`}
    </div>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({
        label: text.back(client.name),
        class: 'upstream-back',
        name: 'back',
        value: kind === 'unavailable' ? 'unavailable' : 'refused',
        look: 'secondary',
      })}
    </form>`,
  });
};

interface NewModel extends UpstreamModel {
  /** How the upstream calls the person. */
  readonly label: string;
  readonly mayCreate: boolean;
  readonly otherWays: string;
}

/** For the first sign-in by an upstream. The buttons are `link` and `create`. */
export const upstreamNewPage = (page: Page, model: NewModel): string => {
  const { upstream: text } = page.messages;
  const { action, csrf, client, upstream, label, mayCreate, otherWays } = model;
  return layout(page, {
    title: text.newTitle,
    body: html`
    ${renderClient(client)}
    <p class="lead">${text.signedInAs(strong(upstream), strong(label || text.unnamed))}</p>
    <p>${mayCreate ? text.newChoice : text.newLink}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      <div class="stack">
        ${submit({ label: text.linkExisting, class: 'upstream-link', name: 'link', value: 'yes' })}
        ${mayCreate && submit({ label: text.create, class: 'upstream-create', name: 'create', value: 'yes', look: 'secondary' })}
      </div>
    </form>
    <p class="after"><a href="${ownPath(otherWays)}">${text.otherWays}</a></p>`,
  });
};

interface LinkModel extends UpstreamModel {
  readonly label: string;
  readonly account: AccountDisplay;
}

/** Asks whether the upstream may sign in to the account from now on. The buttons are `connect` and `later`. */
export const upstreamLinkPage = (page: Page, model: LinkModel): string => {
  const { upstream: text } = page.messages;
  const { action, csrf, client, upstream, label, account } = model;
  return layout(page, {
    title: text.linkTitle(upstream),
    body: html`
    ${renderClient(client)}
    <p class="lead">${text.linkLead(strong(upstream), strong(label || text.unnamed), strong(account.name))}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      <div class="stack">
        ${submit({ label: text.connect, class: 'upstream-connect', name: 'connect', value: 'yes' })}
        ${submit({ label: text.skip, class: 'upstream-skip', name: 'later', value: 'yes', look: 'secondary' })}
      </div>
    </form>`,
  });
};
