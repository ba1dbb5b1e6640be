import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { appUrl } from '../links.ts';
import type { Page } from '../page.ts';

export interface ExpiredModel {
  /** The step was completed, and the sign-in went on. */
  readonly done?: boolean;
  /** The application and the registered URL where it begins a sign-in, if both are known. */
  readonly app?: { readonly name: string; readonly href: string };
}

/** Shown for an interaction that is too old, was finished elsewhere, or lost its cookie. */
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
        : html`<p>${text.close}</p>${homeLink(page)}`
    }`,
  });
};
