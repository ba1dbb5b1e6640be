import { html } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';

export const overviewPage = (frame: ConsoleFrame): string => {
  const { overview: text } = frame.text;
  return consolePage(frame, {
    title: text.title,
    body: html`
    <p>${text.mayDo[frame.role]}</p>
    <ul class="overview-links">${frame.menu
      .filter(({ isCurrent }) => !isCurrent)
      .map(({ href, label }) => html`<li><a href="${ownPath(href)}">${label}</a></li>`)}</ul>`,
  });
};
