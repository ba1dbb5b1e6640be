import { createFields, hidden, submit } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { clientPath } from './paths.ts';

interface Block {
  /** The file or place that it belongs to. */
  readonly label: string;
  readonly lines: readonly string[];
}

interface NewSecretModel {
  readonly client: { readonly id: string; readonly name: string };
  readonly title: string;
  readonly csrf: string;
  readonly secret?: string | undefined;
  /** Environment variables in the names that most frameworks use. */
  readonly environment: readonly string[];
  /** The configuration of the application, ready to be pasted. */
  readonly blocks: readonly Block[];
  readonly notes: readonly string[];
  readonly next: { readonly href: string; readonly label: string };
}

/** It can't be shown again: a language link would lose the secret. */
const withoutLanguageLinks = ({
  page: { currentUrl: _, ...page },
  ...frame
}: ConsoleFrame): ConsoleFrame => ({
  ...frame,
  page,
});

/** The last step: the secret, this once, and what to paste into the application. */
export const newSecretPage = (given: ConsoleFrame, model: NewSecretModel): string => {
  const frame = withoutLanguageLinks(given);
  const { created: text } = frame.text.clients;
  const inputs = createFields(frame.page.messages);
  return consolePage(frame, {
    title: model.title,
    body: html`
    ${
      model.secret !== undefined &&
      html`<div class="notice notice-warn console-once" role="status"><p>${text.once}</p></div>
    ${inputs.copy({ name: 'new-secret', label: text.secret, value: model.secret })}`
    }
    ${inputs.copyLines({ name: 'environment', label: text.environment, lines: model.environment })}
    <form method="post" action="${clientPath(model.client.id)}/env">
      ${hidden({ csrf: model.csrf, ...(model.secret !== undefined && { secret: model.secret }) })}
      ${submit({ label: text.download, class: 'console-env', look: 'secondary' })}
    </form>
    ${model.blocks.map(({ label, lines }, at) => inputs.copyLines({ name: `block-${at}`, label, lines }))}
    ${notesOf(text.notes, model.notes)}
    <p class="console-after"><a role="button" class="console-open" href="${model.next.href}">${model.next.label}</a></p>`,
  });
};

const notesOf = (title: string, notes: readonly string[]): Html | undefined =>
  notes.length === 0
    ? undefined
    : html`<h2>${title}</h2><ul lang="en">${notes.map((note) => html`<li>${withCode(note)}</li>`)}</ul>`;

/** Code in a note is between backticks. */
const withCode = (note: string): readonly (Html | string)[] =>
  note.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`));
