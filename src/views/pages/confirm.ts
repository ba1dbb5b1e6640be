import { hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';

export interface ConfirmModel {
  readonly title: string;
  /** Says what will happen and whether it can be undone. */
  readonly consequence: string;
  readonly action: string;
  readonly csrf: string;
  /** Fields of the form besides the MAC. */
  readonly fields?: Readonly<Record<string, string>>;
  /** A verb: "Revoke", "Delete". */
  readonly submitLabel: string;
  readonly destructive: boolean;
  readonly cancelTo: string;
}

/** Asks before a destructive action. It's a page, so it also works without JavaScript. */
export const confirmPage = (page: Page, model: ConfirmModel): string =>
  layout(page, {
    title: model.title,
    body: html`
    <p>${model.consequence}</p>
    <form method="post" action="${ownPath(model.action)}">
      ${hidden({ ...model.fields, csrf: model.csrf })}
      <div class="actions">
        ${submit({ label: model.submitLabel, class: 'confirm-submit', ...(model.destructive && { look: 'danger' as const }) })}
        <a role="button" class="secondary" href="${ownPath(model.cancelTo)}">${page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
