import { hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export interface SignInAgainModel {
  /** The forms post `csrf`, and `again` or `later` (`yes`), to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly account: string;
  /** The name of the upstream. */
  readonly upstream: string;
  /** How long what follows can be put off. Without it, it can't. */
  readonly laterSeconds?: number | undefined;
  readonly switchTo?: string;
}

/** Shown before something is set up that can sign in from then on, or that the next sign-ins need. */
export const signInAgainPage = (page: Page, model: SignInAgainModel): string => {
  const { factors, login, resetPassword, tag, upstream: text } = page.messages;
  const { action, csrf, client, account, upstream, laterSeconds, switchTo } = model;
  return layout(page, {
    title: login.againTitle,
    body: html`
    ${renderClient(client, login.toContinue(strong(client.name)))}
    <p>${resetPassword.account(strong(account))}</p>
    <p class="lead">${text.signInAgain(strong(upstream))}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({ label: login.upstream(upstream), class: 'upstream-sign-in-again', name: 'again', value: 'yes' })}
    </form>
    ${
      laterSeconds !== undefined &&
      html`<p>${factors.setUp.until(relativeTime(tag, laterSeconds))}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({ label: factors.setUp.later, class: 'factor-later', name: 'later', value: 'yes', look: 'secondary' })}
    </form>`
    }
    ${switchTo !== undefined && html`<p class="after"><a href="${ownPath(switchTo)}">${factors.ask.another}</a></p>`}`,
  });
};
