import { hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { appUrl, formTarget, ownPath } from '../links.ts';
import type { Page } from '../page.ts';

export interface LogoutModel {
  /** The engine's route. The form posts `xsrf`, and `logout=yes` unless the person stays signed in. */
  readonly action: string;
  readonly xsrf: string;
  readonly account?: { readonly name: string; readonly href: string };
  readonly apps: readonly string[];
}

export const logoutPage = (page: Page, model: LogoutModel): string => {
  const { logout: text } = page.messages;
  return layout(page, {
    title: text.title(page.brand),
    body: html`
    ${model.account && html`<p>${text.account(strong(model.account.name))}</p>`}
    ${
      model.apps.length > 0 &&
      html`<p>${text.apps(model.apps.length)}</p>
    <ul class="asked asked-apps">${model.apps.map((app) => html`<li>${app}</li>`)}</ul>`
    }
    <form id="op.logoutForm" method="post" action="${formTarget(model.action)}">
      ${hidden({ xsrf: model.xsrf })}
      <div class="actions">
        ${submit({ label: text.submit, class: 'logout-confirm', name: 'logout', value: 'yes' })}
        ${submit({ label: text.stay, class: 'logout-stay', look: 'secondary' })}
      </div>
    </form>
    ${model.account && html`<p class="after"><a href="${ownPath(model.account.href)}">${page.messages.account.overview.title}</a></p>`}`,
  });
};

export interface LoggedOutModel {
  /** A link to a registered address of the app. */
  readonly back?: { readonly name: string; readonly href: string };
}

export const loggedOutPage = (page: Page, { back }: LoggedOutModel): string => {
  const { logout: text } = page.messages;
  const href = appUrl(back?.href);
  return layout(page, {
    title: text.doneTitle,
    body: html`
    <p>${text.done} ${text.doneHint}</p>
    ${
      back && href !== undefined
        ? html`<p><a role="button" class="secondary" href="${href}">${page.messages.back(back.name)}</a></p>`
        : homeLink(page)
    }`,
  });
};
