import { alert, createFields, type FieldError, hidden, submit } from '../../fields.ts';
import { html } from '../../html.ts';
import { ownPath } from '../../links.ts';
import { conflictNotice, type Difference } from '../conflict.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { type ClientModel, clientTabs } from './client.ts';
import { type ClientField, clientFields } from './fields.ts';
import { clientPath } from './paths.ts';

interface EditClientModel {
  readonly client: ClientModel;
  readonly csrf: string;
  readonly version: string;
  readonly main: readonly ClientField[];
  readonly expert: readonly ClientField[];
  /** Where to sign in again, for a session that is too old for some of the changes. */
  readonly signIn: string | undefined;
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly errors: readonly FieldError[];
  readonly problem?: string | undefined;
  /** Another administrator has saved meanwhile. */
  readonly differences?: readonly Difference[] | undefined;
}

export const editClientPage = (frame: ConsoleFrame, model: EditClientModel): string => {
  const { edit: text, new: newText } = frame.text.clients;
  const { client, values, errors, differences } = model;
  const inputs = createFields(frame.page.messages, errors);
  const isIn = (names: readonly string[]) => errors.some(({ field }) => names.includes(field));
  return consolePage(frame, {
    title: client.name,
    invalid: errors.length > 0 || model.problem !== undefined,
    body: html`
    ${clientTabs(frame, client, 'edit')}
    ${differences && conflictNotice(frame, differences)}
    ${model.problem !== undefined && alert(model.problem)}
    ${model.signIn !== undefined && html`<p class="notice">${text.oldSignIn} <a class="console-sign-in" href="${ownPath(model.signIn)}">${text.signIn}</a></p>`}
    <form method="post" action="${clientPath(client.id)}/edit" novalidate>
      ${hidden({ csrf: model.csrf, version: model.version })}
      ${inputs.summary()}
      ${clientFields(frame, inputs, { names: model.main, values })}
      <details${isIn(model.expert) && html` open`}>
        <summary>${newText.expert}</summary>
        ${clientFields(frame, inputs, { names: model.expert, values })}
      </details>
      <div class="actions">
        ${submit({ label: text.submit, class: 'console-save' })}
        <a role="button" class="secondary" href="${clientPath(client.id)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
