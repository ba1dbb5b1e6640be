import { ownCommand } from '../../../services/own-command/index.ts';
import { hidden, submit } from '../../../views/fields.ts';
import { type Html, html } from '../../../views/html.ts';
import type { Messages } from '../../../views/languages/messages.ts';
import { formTarget } from '../../../views/links.ts';
import type { Attack, Restart, Step, StepOutput } from '../steps/step.ts';
import { type AttackName, words } from '../words.ts';
import { exchangeView } from './exchange.ts';
import { factsView } from './facts.ts';
import type { PlaygroundModel } from './model.ts';
import { qrView } from './qr.ts';
import { tokenView } from './token.ts';

interface StepModel extends PlaygroundModel {
  readonly messages: Messages;
  readonly state: 'done' | 'now' | 'later';
  /** The step that was done last is shown open. */
  readonly open: boolean;
}

const outputView = (output: StepOutput, { demo, now }: StepModel): Html => {
  switch (output.kind) {
    case 'facts':
      return factsView(output.facts, now);
    case 'reading':
      return tokenView(output.reading, now);
    case 'qr':
      return qrView(output.link, output.code);
    case 'note':
      return html`<p class="notice" data-note="${output.note}">${words.notes[output.note]}</p>`;
    case 'post':
      return html`<form method="post" action="${formTarget(output.action)}">
        ${hidden(output.fields)}
        ${submit({ label: words.signOut, class: 'playground-sign-out' })}
      </form>`;
    case 'go':
      return html`${demo && html`<p class="hint">${words.person} <code>${ownCommand('account reset-password demo --permanent')}</code></p>`}
      <p><a href="${output.href}" role="button" class="playground-go"${output.to === 'approve' && html` target="_blank" rel="noopener"`}>${words.go[output.to]}</a></p>`;
  }
};

const attackView = (name: AttackName, { journal, messages }: StepModel): Html | undefined => {
  const exchanges = journal.exchanges[name];
  if (!exchanges) return undefined;
  const { explanation } = words.attacks[name];
  return html`<div class="broken" id="break-${name}">
    ${exchanges.map((exchange, at) =>
      exchangeView(exchange, { name: `${name}-${at}`, messages, open: at === exchanges.length - 1 }),
    )}
    ${explanation !== '' && html`<p class="notice">${explanation}</p>`}
  </div>`;
};

const choiceButton = ({ name }: Attack | Restart): Html =>
  submit({
    label: words.attacks[name].button,
    class: 'playground-break',
    look: 'secondary',
    name: 'do',
    value: name,
  });

const stepForm = (
  { name, run, attacks = [], restarts = [] }: Step,
  { state, journal, csrf, tab }: StepModel,
): Html | undefined => {
  const possibleAttacks = attacks.filter(({ when }) => when(journal));
  const possibleRestarts = restarts.filter(({ when }) => when(journal));
  const next = state === 'now' && run !== undefined;
  if (!next && possibleAttacks.length + possibleRestarts.length === 0) return undefined;
  return html`<form method="post" action="/playground/${tab}">
      ${hidden({ csrf })}
      ${
        (next || possibleRestarts.length > 0) &&
        html`<div class="actions">
        ${next && submit({ label: words.steps[name].button, class: 'playground-next', name: 'do', value: name })}
        ${possibleRestarts.map(choiceButton)}
      </div>`
      }
      ${
        possibleAttacks.length > 0 &&
        html`<h3 class="small-heading">${words.attacksHeading}</h3>
      <div class="actions">${possibleAttacks.map(choiceButton)}</div>`
      }
    </form>`;
};

/** Shows a step: its reason, its requests and responses, and the buttons that are possible now. */
export const stepView = (step: Step, model: StepModel): Html => {
  const { name, attacks = [], outputs } = step;
  const { state, journal, messages, issuer, open } = model;
  const { title, why } = words.steps[name];
  if (state === 'later') return html`<li class="step step-later" id="step-${name}"><h2>${title}</h2></li>`;
  const outputViews = (outputs?.(journal, issuer) ?? []).map((output) => outputView(output, model));
  const exchanges = journal.exchanges[name] ?? [];
  const sent = exchanges.map((exchange, at) =>
    exchangeView(exchange, { name: `${name}-${at}`, messages, open: at === exchanges.length - 1 }),
  );
  const content = html`<p>${why}</p>
    ${state === 'now' ? [outputViews, sent] : [sent, outputViews]}
    ${attacks.map((attack) => attackView(attack.name, model))}
    ${stepForm(step, model)}`;
  return html`<li class="step step-${state}" id="step-${name}">
    <h2>${title}${state === 'done' && html` <span class="badge">${words.done}</span>`}</h2>
    ${state === 'done' && !open ? html`<details class="past"><summary>${words.lookAgain}</summary>${content}</details>` : content}
  </li>`;
};
