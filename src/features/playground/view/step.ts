import { hidden, submit } from '../../../views/fields.ts';
import { type Html, html } from '../../../views/html.ts';
import type { Messages } from '../../../views/languages/messages.ts';
import { formTarget } from '../../../views/links.ts';
import type { Exhibit, Step } from '../steps/step.ts';
import { type BreakName, words } from '../words.ts';
import { exchangeView } from './exchange.ts';
import { factsView } from './facts.ts';
import type { PlaygroundModel } from './page.ts';
import { qrView } from './qr.ts';
import { readingView } from './reading.ts';

interface Scene extends PlaygroundModel {
  readonly messages: Messages;
  readonly state: 'done' | 'now' | 'later';
  /** The newest of what was done: shown without a press. */
  readonly open: boolean;
}

const exhibitView = (exhibit: Exhibit, { demo, now }: Scene): Html => {
  switch (exhibit.kind) {
    case 'facts':
      return factsView(exhibit.facts, now);
    case 'reading':
      return readingView(exhibit.reading, now);
    case 'qr':
      return qrView(exhibit.link, exhibit.code);
    case 'note':
      return html`<p class="notice" data-note="${exhibit.note}">${words.notes[exhibit.note]}</p>`;
    case 'post':
      return html`<form method="post" action="${formTarget(exhibit.action)}">
        ${hidden(exhibit.fields)}
        ${submit({ label: words.signOut, class: 'playground-sign-out' })}
      </form>`;
    case 'go':
      return html`${demo && html`<p class="hint">${words.person} <code>${words.personCommand}</code></p>`}
      <p><a href="${exhibit.href}" role="button" class="playground-go"${exhibit.to === 'approve' && html` target="_blank" rel="noopener"`}>${words.go[exhibit.to]}</a></p>`;
  }
};

const brokenView = (name: BreakName, { journal, messages }: Scene): Html | undefined => {
  const exchanges = journal.exchanges[name];
  if (!exchanges) return undefined;
  const { told } = words.breaks[name];
  return html`<div class="broken" id="break-${name}">
    ${exchanges.map((exchange, at) =>
      exchangeView(exchange, { name: `${name}-${at}`, messages, open: at === exchanges.length - 1 }),
    )}
    ${told !== '' && html`<p class="notice">${told}</p>`}
  </div>`;
};

/** What can be done now: go on, or break something. */
const buttonsOf = (
  { name, run, breaks = [] }: Step,
  { state, journal, csrf, tab }: Scene,
): Html | undefined => {
  const possible = breaks.filter(({ when }) => when(journal));
  const next = state === 'now' && run !== undefined;
  if (!next && possible.length === 0) return undefined;
  return html`<form method="post" action="/playground/${tab}">
      ${hidden({ csrf })}
      <div class="actions">
        ${next && submit({ label: words.steps[name].button, class: 'playground-next', name: 'do', value: name })}
        ${possible.map(({ name: broken }) =>
          submit({
            label: words.breaks[broken].button,
            class: 'playground-break',
            look: 'secondary',
            name: 'do',
            value: broken,
          }),
        )}
      </div>
    </form>`;
};

/** One step: what it is and why, what was sent and what came back, and what can be done now. */
export const stepView = (step: Step, scene: Scene): Html => {
  const { name, breaks = [], shows } = step;
  const { state, journal, messages, issuer, open } = scene;
  const { title, why } = words.steps[name];
  if (state === 'later') return html`<li class="step step-later" id="step-${name}"><h2>${title}</h2></li>`;
  const exhibits = (shows?.(journal, issuer) ?? []).map((exhibit) => exhibitView(exhibit, scene));
  const exchanges = journal.exchanges[name] ?? [];
  const sent = exchanges.map((exchange, at) =>
    exchangeView(exchange, { name: `${name}-${at}`, messages, open: at === exchanges.length - 1 }),
  );
  const content = html`<p>${why}</p>
    ${state === 'now' ? [exhibits, sent] : [sent, exhibits]}
    ${breaks.map(({ name: broken }) => brokenView(broken, scene))}
    ${buttonsOf(step, scene)}`;
  return html`<li class="step step-${state}" id="step-${name}">
    <h2>${title}${state === 'done' && html` <span class="badge">${words.done}</span>`}</h2>
    ${state === 'done' && !open ? html`<details class="past"><summary>${words.lookAgain}</summary>${content}</details>` : content}
  </li>`;
};
