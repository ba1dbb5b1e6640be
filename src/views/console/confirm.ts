import { alert, createFields, hidden, submit } from '../fields.ts';
import { type Html, html, type Value } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';

export interface ConfirmModel {
  readonly title: string;
  /** What happens. */
  readonly body: Html;
  readonly action: string;
  readonly csrf: string;
  /** Hidden fields besides the CSRF token, such as `version`. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly back: string;
  readonly submit: string;
  /** Absent: the action takes nothing away. */
  readonly isDanger?: true;
  /** The person types this, so that nothing is removed by a slip. */
  readonly typed?: { readonly label: Value; readonly isWrong: boolean };
  /** Why it was refused. */
  readonly problem?: string | undefined;
}

/** The field of `typed`. */
export const typedField = 'typed';

/** Asks before something is done. It works without JavaScript. */
export const consoleConfirmPage = (frame: ConsoleFrame, model: ConfirmModel): string => {
  const { confirm: text } = frame.text;
  const errors = model.typed?.isWrong ? [{ field: typedField, message: text.typedWrong }] : [];
  const inputs = createFields(frame.page.messages, errors);
  return consolePage(frame, {
    title: model.title,
    invalid: errors.length > 0 || model.problem !== undefined,
    body: html`
    ${model.problem !== undefined && alert(model.problem)}
    ${model.body}
    <form method="post" action="${ownPath(model.action)}" novalidate>
      ${hidden({ csrf: model.csrf, ...model.fields })}
      ${model.typed && inputs.text({ name: typedField, label: model.typed.label, autocomplete: 'off' })}
      <div class="actions">
        ${submit({ label: model.submit, class: 'console-confirm', ...(model.isDanger && { look: 'danger' as const }) })}
        <a role="button" class="secondary" href="${ownPath(model.back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
