import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { formTarget } from '../links.ts';
import type { Page } from '../page.ts';

interface RedirectModel {
  /** Where the browser goes at once. */
  readonly href: string;
  /** The name of the receiver, as people know it. */
  readonly to: string;
}

/**
 * Goes on to another site at once, with a link for browsers that refuse to. There is no script: two ways at once would
 * send the code twice.
 */
export const redirectPage = (page: Page, model: RedirectModel): string => {
  const { formPost: text } = page.messages;
  const href = formTarget(model.href);
  return layout(page, {
    title: text.title,
    refresh: href,
    body: html`
    <p>${text.sending(strong(model.to))}</p>
    <p><a class="continue" href="${href}">${text.submit}</a></p>`,
  });
};
