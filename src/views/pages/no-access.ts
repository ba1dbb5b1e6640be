import { contactLink } from '../contact-link.ts';
import { hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { AccountDisplay, ClientDisplay, Page } from '../page.ts';

export interface NoAccessModel {
  /** The form posts `csrf` to this path, and the person returns to the app with an error. */
  readonly action: string;
  readonly csrf: string;
  readonly account: AccountDisplay;
  readonly client: ClientDisplay;
  readonly switchTo: string;
  /** An e-mail address or a URL. */
  readonly contact?: string;
}

export const noAccessPage = (page: Page, model: NoAccessModel): string => {
  const { noAccess: text, selectAccount, back } = page.messages;
  return layout(page, {
    title: text.title,
    body: html`
    ${renderClient(model.client, text.why(strong(model.account.name), strong(model.client.name)))}
    <p>${model.contact === undefined ? text.ask : text.contact(contactLink(model.contact))}</p>
    <form method="post" action="${ownPath(model.action)}">
      ${hidden({ csrf: model.csrf })}
      ${submit({ label: back(model.client.name), class: 'no-access-back' })}
    </form>
    <p><a href="${ownPath(model.switchTo)}">${selectAccount.another}</a></p>`,
  });
};
