import { hidden, submit } from '../../../views/fields.ts';
import { html } from '../../../views/html.ts';
import { messagesFor } from '../../../views/languages/index.ts';
import { layout } from '../../../views/layout.ts';
import type { Page } from '../../../views/page.ts';
import { tabPath, tabs } from '../tabs.ts';
import { type TabName, words } from '../words.ts';
import type { PlaygroundModel } from './model.ts';
import { stepView } from './step.ts';

const isTabName = (name: string): name is TabName => Object.hasOwn(words.tabs, name);

export const playgroundPage = ({ currentUrl: _, ...page }: Page, model: PlaygroundModel): string => {
  const { tab, journal, csrf } = model;
  const steps = tabs[tab];
  const current = steps.findIndex(({ isDone }) => !isDone(journal));
  // Its texts are English for every reader, so `lang` says English too.
  return layout(
    { ...page, messages: messagesFor('en') },
    {
      title: words.title,
      wide: true,
      body: html`
    <p class="lead">${words.lead} ${words.onlyHere}</p>
    <nav class="tabs" aria-label="${words.tabsLabel}"><ul>${Object.entries(words.tabs)
      .filter(([name]) => isTabName(name))
      .map(([name, { label }]) =>
        name === tab
          ? html`<li><a href="${isTabName(name) ? tabPath(name) : '/'}" aria-current="page">${label}</a></li>`
          : html`<li><a href="${isTabName(name) ? tabPath(name) : '/'}">${label}</a></li>`,
      )}</ul></nav>
    <p>${words.tabs[tab].lead}</p>
    <ol class="steps">${steps.map((step, at) =>
      stepView(step, {
        ...model,
        messages: messagesFor('en'),
        state: at === current ? 'now' : current < 0 || at < current ? 'done' : 'later',
        open: step.name === (journal.last ?? steps[current - 1]?.name),
      }),
    )}</ol>
    <form method="post" action="/playground/${tab}" class="after">
      ${hidden({ csrf })}
      ${submit({ label: words.restart, class: 'playground-restart', look: 'secondary', name: 'do', value: 'restart' })}
    </form>`,
    },
  );
};
