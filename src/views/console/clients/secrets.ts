import { alert, createFields, type FieldError, hidden, submit } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import { conflictNotice } from '../conflict.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { doneNotice, moment, table } from '../parts.ts';
import { type ClientModel, clientTabs } from './client.ts';
import { clientPath } from './paths.ts';

interface SecretRow {
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

interface SecretsModel {
  readonly client: ClientModel;
  readonly csrf: string;
  readonly version?: string | undefined;
  readonly secrets: readonly SecretRow[];
  /** The client has a method of authentication that needs none. */
  readonly isUnused: boolean;
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly errors: readonly FieldError[];
  readonly problem?: string | undefined;
  readonly wasChanged: boolean;
  readonly done?: string | undefined;
}

export const secretsPage = (frame: ConsoleFrame, model: SecretsModel): string => {
  const { secrets: text } = frame.text.clients;
  const { client, secrets, errors } = model;
  const mayChange = client.mayChange && !client.isFixed;
  return consolePage(frame, {
    title: client.name,
    invalid: errors.length > 0 || model.problem !== undefined,
    body: html`
    ${doneNotice(model.done)}
    ${clientTabs(frame, client, 'secrets')}
    ${model.wasChanged && conflictNotice(frame, [])}
    ${model.problem !== undefined && alert(model.problem)}
    ${secrets.length === 0 ? html`<p>${model.isUnused ? text.unused : text.none}</p>` : rowsOf(frame, model, mayChange)}
    ${mayChange && !model.isUnused && forms(frame, model)}`,
  });
};

const rowsOf = (frame: ConsoleFrame, { client, secrets }: SecretsModel, mayChange: boolean): Html => {
  const { secrets: text, tabs } = frame.text.clients;
  return table(
    tabs.secrets,
    [
      { label: text.name, cell: ({ name }) => html`<code>${name}</code>` },
      { label: text.created, cell: ({ createdAt }) => moment(frame, createdAt) },
      {
        label: text.expires,
        cell: ({ expiresAt }) => (expiresAt === undefined ? text.never : moment(frame, expiresAt)),
      },
      ...(mayChange
        ? [
            {
              label: frame.text.lists.actions,
              cell: ({ name }: SecretRow) =>
                html`<a class="console-remove-secret" href="${clientPath(client.id)}/secrets/${encodeURIComponent(name)}">${text.remove}<span class="visually-hidden"> ${name}</span></a>`,
            },
          ]
        : []),
    ],
    secrets,
  );
};

const forms = (frame: ConsoleFrame, { client, csrf, version, values, errors }: SecretsModel): Html => {
  const { secrets: text } = frame.text.clients;
  const inputs = createFields(frame.page.messages, errors);
  const form = (action: 'add' | 'rotate', content: Html): Html =>
    html`<form method="post" action="${clientPath(client.id)}/secrets" novalidate>
      ${hidden({ csrf, action, ...(version !== undefined && { version }) })}
      ${content}
    </form>`;
  return html`<h2>${text.rotate}</h2>
    <p>${text.rotateHint}</p>
    ${form(
      'rotate',
      html`${inputs.text({ name: 'hours', label: text.hours, value: values['hours'] ?? '24', inputmode: 'numeric', autocomplete: 'off' })}
      ${submit({ label: text.rotateSubmit, class: 'console-rotate-secret' })}`,
    )}
    <h2>${text.add}</h2>
    <p>${text.addHint}</p>
    ${form(
      'add',
      html`${inputs.text({ name: 'name', label: text.name, hint: text.nameHint, value: values['name'], autocomplete: 'off' })}
      ${inputs.text({ name: 'days', label: text.days, hint: text.daysHint, value: values['days'], inputmode: 'numeric', autocomplete: 'off' })}
      ${submit({ label: text.addSubmit, class: 'console-add-secret', look: 'secondary' })}`,
    )}`;
};
