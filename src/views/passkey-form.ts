import { hidden } from './fields.ts';
import { type Html, html } from './html.ts';
import type { Messages } from './languages/messages.ts';
import { ownPath } from './links.ts';

export interface PasskeyFormModel {
  /** The form posts `csrf` and `credential`, the JSON of the browser's answer, to this path. */
  readonly action: string;
  readonly csrf: string;
  /** The options of WebAuthn in their JSON form. */
  readonly options: object;
  /** The browser also offers passkeys in the field for the user name, until the button is pressed. */
  readonly autofill?: boolean;
}

interface PasskeyForm extends PasskeyFormModel {
  readonly ceremony: 'get' | 'create';
  readonly label: string;
  readonly look?: 'secondary';
  /** The checkbox of another form whose state goes with this form, by its id. */
  readonly copies?: string;
}

/** It stays hidden without JavaScript, and in browsers without passkeys: `http/assets/passkeys.js` shows it. */
export const passkeyForm = ({ passkeys: { form: text } }: Messages, form: PasskeyForm): Html => {
  const { action, csrf, options, autofill = false, ceremony, label, look, copies } = form;
  return html`<form method="post" action="${ownPath(action)}" class="passkey-form" hidden data-passkey="${ceremony}" data-options="${JSON.stringify(options)}"${autofill && html` data-autofill="yes"`}${
    copies !== undefined && html` data-copies="${copies}"`
  } data-canceled="${text.canceled}" data-exists="${text.exists}" data-failed="${text.failed}">
      ${hidden({ csrf, credential: '', ...(copies !== undefined && { [copies]: '' }) })}
      <button type="button" class="passkey-${ceremony}${look !== undefined && ` ${look}`}">${label}</button>
      <p class="field-error" hidden></p>
    </form>`;
};

/** What the script passes on to passkey providers, by the name of the method of `PublicKeyCredential`. */
export type PasskeySignal =
  | { readonly method: 'signalUnknownCredential'; readonly rpId: string; readonly credentialId: string }
  | {
      readonly method: 'signalAllAcceptedCredentials';
      readonly rpId: string;
      readonly userId: string;
      readonly allAcceptedCredentialIds: readonly string[];
    }
  | {
      readonly method: 'signalCurrentUserDetails';
      readonly rpId: string;
      readonly userId: string;
      readonly name: string;
      readonly displayName: string;
    };

export const passkeySignals = (signals: readonly PasskeySignal[]): Html[] =>
  signals.map((signal) => html`<div hidden data-passkey-signal="${JSON.stringify(signal)}"></div>`);
