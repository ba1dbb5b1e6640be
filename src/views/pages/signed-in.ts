import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { AccountDisplay, ClientDisplay, Page } from '../page.ts';

export interface SignedInModel {
  readonly account: AccountDisplay;
  readonly client: ClientDisplay;
  readonly continueTo: string;
  readonly switchTo: string;
}

/** Shown for a sign-in that was completed in another tab. */
export const signedInPage = (page: Page, model: SignedInModel): string => {
  const { signedIn: text } = page.messages;
  return layout(page, {
    title: text.title,
    body: html`
    <p>${text.as(strong(model.account.name))}</p>
    <div class="stack">
      <a role="button" href="${ownPath(model.continueTo)}">${text.go(model.client.name)}</a>
      <a role="button" class="secondary" href="${ownPath(model.switchTo)}">${text.switch}</a>
    </div>`,
  });
};
