import { alert, createFields, type FieldError, hidden, submit } from '../../fields.ts';
import { html } from '../../html.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { type ClientField, clientFields } from './fields.ts';
import { newClientPath } from './paths.ts';

interface NewClientDetailsModel {
  readonly title: string;
  readonly action: string;
  readonly csrf: string;
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly errors: readonly FieldError[];
  readonly problem?: string | undefined;
  readonly main: readonly ClientField[];
  readonly expert: readonly ClientField[];
  /** For a well-known application: an example of its address. */
  readonly exampleUrl?: string;
}

/** The second step: the name, the addresses, and what most clients don't need. */
export const clientDetailsPage = (frame: ConsoleFrame, model: NewClientDetailsModel): string => {
  const { new: text } = frame.text.clients;
  const { values, errors, exampleUrl } = model;
  const inputs = createFields(frame.page.messages, errors);
  const inExpert = [...model.expert, 'client_id'];
  return consolePage(frame, {
    title: model.title,
    invalid: errors.length > 0 || model.problem !== undefined,
    body: html`
    ${model.problem !== undefined && alert(model.problem)}
    <form method="post" action="${model.action}" novalidate>
      ${hidden({ csrf: model.csrf })}
      ${inputs.summary()}
      ${
        exampleUrl !== undefined &&
        inputs.text({
          name: 'url',
          label: text.address,
          hint: text.addressHint(exampleUrl),
          value: values['url'],
          type: 'url',
          autocomplete: 'off',
        })
      }
      ${clientFields(frame, inputs, { names: model.main, values })}
      <details${errors.some(({ field }) => inExpert.includes(field)) && html` open`}>
        <summary>${text.expert}</summary>
        ${clientFields(frame, inputs, { names: model.expert, values })}
        ${inputs.text({
          name: 'client_id',
          label: text.clientId,
          hint: text.clientIdHint,
          value: values['client_id'],
          autocomplete: 'off',
        })}
      </details>
      <div class="actions">
        ${submit({ label: text.submit, class: 'console-create' })}
        <a role="button" class="secondary" href="${newClientPath}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
