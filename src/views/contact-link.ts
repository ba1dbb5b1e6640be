import { type Html, html } from './html.ts';
import { webUrl } from './links.ts';

/** An address or a page of the operator. */
export const contactLink = (contact: string): Html => {
  const href = webUrl(contact) ?? `mailto:${encodeURIComponent(contact).replaceAll('%40', '@')}`;
  return html`<a href="${href}">${contact}</a>`;
};
