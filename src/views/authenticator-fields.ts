import type { createFields } from './fields.ts';
import { type Html, html } from './html.ts';
import type { Messages } from './languages/messages.ts';
import { type QrCode, renderQr } from './qr.ts';

export interface AuthenticatorModel {
  /** The secret in base32, in groups of four letters. */
  readonly secret: string;
  readonly qr: QrCode;
}

/** How to add a new app, and the field for its first code. */
export const authenticatorFields = (
  messages: Messages,
  fields: ReturnType<typeof createFields>,
  { secret, qr }: AuthenticatorModel,
  { isOptional = false }: { readonly isOptional?: boolean } = {},
): Html => {
  const { setUp: text } = messages.factors;
  return html`<p>${text.scan}</p>
    ${renderQr(qr, text.qr)}
    <p>${text.app}</p>
    ${fields.copy({ name: 'secret', label: text.secret, value: secret })}
    <p>${text.type}</p>
    ${fields.text({ name: 'code', label: text.code, autocomplete: 'one-time-code', inputmode: 'numeric', code: true, required: !isOptional })}`;
};

/** They are shown once. Where scripts are off, people select and print them. */
export const recoveryCodeList = (messages: Messages, codes: readonly string[]): Html => {
  const { codes: text } = messages.factors;
  return html`<p>${text.text}</p>
    <ul class="recovery-codes" aria-label="${text.list}">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>`;
};
