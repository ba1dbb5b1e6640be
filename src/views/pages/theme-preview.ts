import type { Config } from '#config';
import { checkbox, createFields, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { textsOf } from '../languages/own-texts.ts';
import { layout } from '../layout.ts';
import type { Page } from '../page.ts';
import { contrastsOf, paletteOf } from '../theme/palette.ts';

export interface ThemePreviewModel {
  readonly theme: Config['pages']['theme'];
  readonly texts: Config['pages']['texts'];
}

/** For developers, so it is in English. The parts of pages and the texts are in the chosen language. */
export const themePreviewPage = (page: Page, { theme, texts }: ThemePreviewModel): string => {
  const { messages } = page;
  return layout(page, {
    title: 'Theme',
    wide: true,
    body: html`<div lang="en" dir="ltr">
    <p class="lead">The parts of pages with <code>pages.theme</code>, as your system’s light or dark mode shows them. Start the server again to see a change.</p>
    ${contrasts(theme)}
    </div>
    <h2 lang="en">Parts</h2>
    ${parts(page)}
    <div lang="en" dir="ltr">
    <h2>Texts</h2>
    <p>Each can be replaced: <code>pages.texts.${messages.tag}</code> with its name. A number in braces is the place of a value, and must stay in the text.</p>
    </div>
    ${textList(page, Object.keys(texts[messages.tag] ?? {}))}`,
  });
};

const ratio = (value: number): string => `${value.toFixed(1)}:1`;

const contrasts = (theme: ThemePreviewModel['theme']): Html => {
  const palette = paletteOf(theme);
  if (palette === undefined) return html`<p>The theme sets no color.</p>`;
  const { light, dark } = contrastsOf(palette, theme.background);
  return html`<dl class="facts-list">
      <div><dt>Light mode</dt><dd>accent <code>${palette.light['--accent']}</code>, contrast ${ratio(light)}</dd></div>
      <div><dt>Dark mode</dt><dd>accent <code>${palette.dark['--accent']}</code>, contrast ${ratio(dark)}</dd></div>
    </dl>`;
};

const parts = ({ messages, brand }: Page): Html => {
  const { login, consent } = messages;
  const fields = createFields(messages, [{ field: 'wrong', message: login.missingLogin }]);
  return html`<div class="face"><span class="face-initial" aria-hidden="true">A</span><span class="face-text"><span class="face-name">${brand}</span><span class="face-detail">${login.toContinue(brand)}</span></span><span class="badge">${consent.isNew}</span><span class="badge badge-warn">${consent.unverified}</span></div>
    ${fields.text({ name: 'login', label: login.login, hint: login.rememberHint, value: 'ada' })}
    ${fields.text({ name: 'wrong', label: login.login })}
    ${checkbox({ name: 'remember', label: login.remember, checked: true })}
    <div class="actions">${submit({ label: consent.allow, class: 'preview-submit' })}<button type="button" class="secondary">${consent.deny}</button></div>
    <p><a href="/dev/theme">${login.forgot}</a></p>
    <ul class="asked"><li>${consent.scopes.profile}</li><li>${consent.scopes.email} <span class="badge badge-new">${consent.isNew}</span></li></ul>
    <div class="notice notice-warn"><p><strong>${consent.unverified}</strong></p><p>${consent.unverifiedHint}</p></div>
    <div class="notice notice-bad"><p><strong>${login.wrong}</strong></p></div>`;
};

const textList = ({ messages }: Page, own: readonly string[]): Html =>
  html`<details><summary lang="en">Names of all texts</summary>
    <dl class="facts-list facts-stacked">${[...textsOf(messages)].map(
      ([name, text]) =>
        html`<div><dt><code lang="en">${name}</code>${own.includes(name) && html` <strong lang="en">yours</strong>`}</dt><dd>${text}</dd></div>`,
    )}</dl></details>`;
