import { explanationOf } from '../../error-codes.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import type { Page } from '../page.ts';

export interface ErrorCodeModel {
  /** Taken from the URL, so it may be any text. */
  readonly code: string;
}

/** The page at `/errors/<code>`, where `error_uri` leads. For an unknown code the handler sends it with 404. */
export const errorCodePage = (page: Page, { code }: ErrorCodeModel): string => {
  const { errorCode: text } = page.messages;
  const explanation = explanationOf(code);
  const title = `${text.title} ${code.slice(0, 64)}`;
  if (explanation === undefined)
    return layout(page, { title, body: html`<p class="lead">${text.unknown}</p>` });
  const { status, meaning, causes, fixes, specification } = explanation;
  return layout(page, {
    title,
    wide: true,
    body: html`
    <h2>${text.meaning}</h2>
    <p class="lead" lang="en">${meaning}</p>
    <h2>${text.causes}</h2>
    <ul lang="en">${causes.map((cause) => html`<li>${cause}</li>`)}</ul>
    <h2>${text.fixes}</h2>
    <ul lang="en">${fixes.map((fix) => html`<li>${fix}</li>`)}</ul>
    <dl class="facts-list">
      <div><dt>${text.status}</dt><dd>${status}</dd></div>
      <div><dt>${text.specification}</dt><dd><a href="${specification.href}" rel="noopener noreferrer">${specification.name}</a></dd></div>
    </dl>
    ${text.englishOnly !== '' && html`<p class="hint">${text.englishOnly}</p>`}`,
  });
};
