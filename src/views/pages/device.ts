import { alert, createFields, hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html, type Value } from '../html.ts';
import { renderClient, strong, unverifiedNotice } from '../identities.ts';
import { layout } from '../layout.ts';
import { formTarget, ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

type DeviceProblem =
  | { readonly kind: 'missing' | 'wrong' | 'expired' | 'used' | 'aborted' }
  | { readonly kind: 'throttled'; readonly seconds: number };

export interface DeviceEnterModel {
  /** The engine's route. The form posts `xsrf` and `user_code` to it. */
  readonly action: string;
  readonly xsrf: string;
  /** From `verification_uri_complete` (RFC 8628 §3.3.1). The form is never submitted automatically. */
  readonly code?: string;
  readonly problem?: DeviceProblem;
}

export const deviceEnterPage = (page: Page, model: DeviceEnterModel): string => {
  const { device: text, tag } = page.messages;
  const { problem } = model;
  const throttled =
    problem?.kind === 'throttled' ? text.problems.throttled(relativeTime(tag, problem.seconds)) : undefined;
  const errors =
    problem === undefined || problem.kind === 'throttled'
      ? []
      : [{ field: 'user_code', message: text.problems[problem.kind] }];
  const fields = createFields(page.messages, errors);
  return layout(page, {
    title: text.title,
    invalid: problem !== undefined,
    body: html`
    ${fields.summary()}
    ${throttled !== undefined && alert(throttled)}
    <form id="op.deviceInputForm" method="post" action="${formTarget(model.action)}" novalidate>
      ${hidden({ xsrf: model.xsrf })}
      ${fields.text({ name: 'user_code', label: text.code, hint: text.hint, value: model.code, autocomplete: 'off', required: true, autofocus: true, code: true })}
      ${submit({ label: text.submit, class: 'device-submit' })}
    </form>`,
  });
};

export interface DeviceConfirmModel {
  readonly action: string;
  readonly xsrf: string;
  /** The code as typed, which the engine expects again. */
  readonly typedCode: string;
  /** The code as the device shows it. */
  readonly displayedCode: string;
  readonly client: ClientDisplay;
  /** The address that the request came from, so that people notice a foreign device (RFC 8628 §5.4). */
  readonly address?: string;
  readonly agent?: string;
}

/**
 * Asks whether the device is the person's own. What the app wants is asked later, on the consent page. The engine reads
 * `abort` before `confirm`, so the button to deny wins over the hidden field.
 */
export const deviceConfirmPage = (page: Page, model: DeviceConfirmModel): string => {
  const { device: text } = page.messages;
  return layout(page, {
    title: text.confirmTitle,
    body: html`
    ${renderClient(model.client)}
    ${unverifiedNotice(page.messages, model.client)}
    <p>${text.compare}</p>
    <p class="big-code"><code>${model.displayedCode}</code></p>
    <dl class="facts-list">
      ${model.address !== undefined && html`<div><dt>${text.address}</dt><dd>${model.address}</dd></div>`}
      ${model.agent !== undefined && html`<div><dt>${text.agent}</dt><dd>${model.agent}</dd></div>`}
    </dl>
    <p class="notice notice-warn">${text.onlyIf}</p>
    <form id="op.deviceConfirmForm" method="post" action="${formTarget(model.action)}">
      ${hidden({ xsrf: model.xsrf, user_code: model.typedCode, confirm: 'yes' })}
      <div class="actions">
        ${submit({ label: text.approve, class: 'device-approve' })}
        ${submit({ label: text.deny, class: 'device-deny', look: 'secondary', name: 'abort', value: 'yes' })}
      </div>
    </form>`,
  });
};

export type DeviceDoneModel = (
  | { readonly outcome: 'approved'; readonly client: ClientDisplay }
  | { readonly outcome: 'denied' | 'used' }
) & {
  /** The page where a code is entered. */
  readonly enterCode: string;
};

export const deviceDonePage = (page: Page, model: DeviceDoneModel): string => {
  const { device: text } = page.messages;
  const show = (title: string, sentence: Value): string =>
    layout(page, {
      title,
      body: html`<p class="device-done">${sentence}</p>
    <p><a role="button" class="secondary device-again" href="${ownPath(model.enterCode)}">${text.another}</a></p>
    ${homeLink(page)}`,
    });
  switch (model.outcome) {
    case 'approved':
      return show(text.approvedTitle, text.approved(strong(model.client.name)));
    case 'denied':
      return show(text.deniedTitle, text.denied);
    case 'used':
      return show(text.usedTitle, text.used);
  }
};
