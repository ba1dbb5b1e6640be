import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { appUrl } from '../links.ts';
import type { Page } from '../page.ts';

export interface ExpiredModel {
  /** It was answered, and the sign-in went on from it. */
  readonly done?: boolean;
  /** Where the application begins a sign-in, when that is known and registered. */
  readonly app?: { readonly name: string; readonly href: string };
}

/** The interaction is gone: too old, finished elsewhere, or its cookie was lost. */
export const expiredPage = (page: Page, { done, app }: ExpiredModel): string => {
  const { expired: text } = page.messages;
  const href = appUrl(app?.href);
  return layout(page, {
    title: done ? text.doneTitle : text.title,
    body: html`
    <p>${done ? text.done : text.why}</p>
    ${
      app && href !== undefined
        ? html`<p><a role="button" class="start-again" href="${href}">${text.startAgain(app.name)}</a></p>`
        : html`<p>${text.close}</p>`
    }`,
  });
};
