import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { webUrl } from '../links.ts';
import type { Page } from '../page.ts';

export interface MailPreviewModel {
  readonly messages: readonly {
    readonly to: string;
    readonly subject: string;
    readonly text: string;
    readonly at: Date;
  }[];
}

/** For developers, so it is in English like the playground. */
export const mailPreviewPage = (page: Page, { messages }: MailPreviewModel): string =>
  layout(page, {
    title: 'Mail',
    wide: true,
    body: html`
    <p>No mail server is configured, so this process keeps the last messages here instead of sending them. Set <code>mail.url</code> to send them.</p>
    ${messages.length === 0 && html`<p>There are no messages yet.</p>`}
    ${messages.map(
      ({ to, subject, text, at }) => html`<article>
      <h2>${subject}</h2>
      <p>To ${to}, ${at.toISOString()}</p>
      <p class="mail-text">${linked(text)}</p>
    </article>`,
    )}`,
  });

/** The text with its lines, and each line that is an address as a link. */
const linked = (text: string) =>
  text.split('\n').map((line) => {
    const href = webUrl(line);
    return href === undefined ? html`${line}<br>` : html`<a href="${href}">${line}</a><br>`;
  });
