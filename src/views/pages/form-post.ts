import { hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { formTarget } from '../links.ts';
import type { Page } from '../page.ts';

export interface FormPostModel {
  /** The app's redirect URI, or a path of this server. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The name of the receiver, as people know it. */
  readonly to: string;
  /** The host of an app that registered itself. Then the person reads a warning and decides, so no script submits. */
  readonly unverifiedHost?: string;
}

/** OAuth 2.0 Form Post Response Mode. A script submits the form; without JavaScript the person presses the button. */
export const formPostPage = (page: Page, model: FormPostModel): string => {
  const { formPost: text, unverifiedTarget } = page.messages;
  const { unverifiedHost } = model;
  const form = html`${hidden(model.fields)}
      ${submit({ label: text.submit, class: 'form-post-submit', ...(unverifiedHost !== undefined && { look: 'secondary' as const }) })}`;
  if (unverifiedHost !== undefined) {
    return layout(page, {
      title: text.askTitle,
      body: html`
    <p class="notice notice-warn redirect">${unverifiedTarget(strong(unverifiedHost))}</p>
    <form method="post" action="${formTarget(model.action)}">
      ${form}
    </form>`,
    });
  }
  return layout(page, {
    title: text.title,
    body: html`
    <p>${text.sending(strong(model.to))}</p>
    <form method="post" action="${formTarget(model.action)}" data-auto-submit>
      ${form}
    </form>`,
  });
};
