import { hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderAccount, renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { AccountDisplay, ClientDisplay, Page } from '../page.ts';

export interface SelectAccountModel {
  /** The form posts `csrf`, and `account` (an id of the list) or `another` (`yes`), to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly accounts: readonly (AccountDisplay & { readonly id: string })[];
}

export const selectAccountPage = (page: Page, model: SelectAccountModel): string => {
  const { selectAccount: text } = page.messages;
  return layout(page, {
    title: text.title,
    body: html`
    ${renderClient(model.client, text.toContinue(strong(model.client.name)))}
    <form method="post" action="${ownPath(model.action)}">
      ${hidden({ csrf: model.csrf })}
      <ul class="choices" aria-label="${text.accounts}">${model.accounts.map(
        (account) =>
          html`<li><button type="submit" class="account-choice" name="account" value="${account.id}">${renderAccount(account)}</button></li>`,
      )}</ul>
      ${submit({ label: text.another, class: 'account-another', look: 'secondary', name: 'another', value: 'yes' })}
    </form>`,
  });
};
