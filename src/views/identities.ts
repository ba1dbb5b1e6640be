import { type Html, html, type Value } from './html.ts';
import type { Messages } from './languages/messages.ts';
import { appLogoUrl } from './links.ts';
import type { AccountDisplay, ClientDisplay } from './page.ts';

export const strong = (text: string): Html => html`<strong>${text}</strong>`;

const initial = (name: string): string => [...name.trim()][0]?.toUpperCase() ?? '?';

/** Shows the logo or initial, the name (or a line that contains it) and the host of an application. */
export const renderClient = ({ name, host, logo }: ClientDisplay, line?: Value): Html => {
  const image = appLogoUrl(logo);
  return html`<div class="face">
    ${
      image === undefined
        ? html`<span class="face-initial" aria-hidden="true">${initial(name)}</span>`
        : html`<img class="face-logo" src="${image}" alt="" width="48" height="48" referrerpolicy="no-referrer">`
    }
    <div class="face-text">
      ${line === undefined ? html`<p class="face-name">${name}</p>` : html`<p class="face-line">${line}</p>`}
      ${host !== undefined && html`<p class="face-detail">${host}</p>`}
    </div>
  </div>`;
};

/** For pages that ask for a decision without the consent page. */
export const unverifiedNotice = (
  { consent: text }: Messages,
  { unverified }: ClientDisplay,
): Html | undefined =>
  unverified
    ? html`<p class="hint"><span class="badge badge-warn">${text.unverified}</span> ${text.unverifiedHint}</p>`
    : undefined;

export const renderAccount = ({ name, detail }: AccountDisplay): Html =>
  html`<span class="face-initial face-round" aria-hidden="true">${initial(name)}</span>
    <span class="face-text"><span class="face-name">${name}</span>${detail !== undefined && html`<span class="face-detail">${detail}</span>`}</span>`;
