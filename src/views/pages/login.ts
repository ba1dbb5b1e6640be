import { alert, checkbox, createFields, type FieldError, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { imageUrl, ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { type PasskeyFormModel, type PasskeySignal, passkeyForm, passkeySignals } from '../passkey-form.ts';
import { relativeTime } from '../time.ts';

/** `wrong` covers an unknown account, a wrong password and a disabled account, so that none of them is disclosed. */
export type LoginProblem =
  | { readonly kind: 'wrong' }
  /** A known device waits for its own attempts only, so no other way to sign in needs naming. */
  | { readonly kind: 'throttled'; readonly seconds: number; readonly isKnownDevice: boolean }
  | { readonly kind: 'passkey' | 'otherPasskey' }
  | { readonly kind: 'missing'; readonly fields: readonly ('login' | 'password')[] };

interface UpstreamWay {
  readonly name: string;
  readonly href: string;
  /** An https URL. */
  readonly logo?: string;
}

export interface LoginModel {
  /** The form posts `csrf`, `login`, `password` and `remember` (`yes`) to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  /** The name as typed before. For a reauthentication it can't be changed. */
  readonly login?: string;
  /** The verified address names the account too. */
  readonly acceptsEmail?: boolean;
  /** Whether the box is ticked. Without it the page has no such box. */
  readonly remember?: boolean;
  readonly problem?: LoginProblem;
  /** The account is known and must sign in again. A link leads to the choice of another account. */
  readonly reauthentication?: { readonly switchTo: string };
  readonly passkey?: PasskeyFormModel;
  readonly signals?: readonly PasskeySignal[];
  /** The page that sends a code to the verified address. */
  readonly emailCode?: { readonly href: string };
  readonly upstreams?: readonly UpstreamWay[];
  /** People may not sign in by an account of this server alone. */
  readonly isWithoutPassword?: boolean;
  /** The person signs in to connect an upstream. */
  readonly isToLink?: boolean;
  readonly forgot?: { readonly href: string };
  readonly register?: { readonly href: string };
}

export const loginPage = (page: Page, model: LoginModel): string => {
  const { login: text } = page.messages;
  const { client, reauthentication, problem } = model;
  const fields = createFields(page.messages, errorsOf(page.messages, problem, model.acceptsEmail));
  const app = strong(client.name);
  const body = html`
    ${reauthentication && html`<p class="lead">${text.againHint(app)}</p>`}
    ${renderClient(client, reauthentication ? undefined : text.toContinue(app))}
    ${model.isToLink && html`<p class="lead">${page.messages.upstream.signInToLink}</p>`}
    ${fields.summary()}
    ${problem?.kind === 'wrong' && alert(text.wrong)}
    ${problem?.kind === 'passkey' && alert(page.messages.passkeys.signIn.refused)}
    ${problem?.kind === 'otherPasskey' && alert(page.messages.passkeys.signIn.otherAccount)}
    ${problem?.kind === 'throttled' && throttledNotice(page.messages, problem, model)}
    ${!model.isWithoutPassword && passwordForm(page, model, fields)}
    ${alternatives(page.messages, model)}
    ${!model.isWithoutPassword && model.register && html`<p class="after"><a href="${ownPath(model.register.href)}">${text.register}</a></p>`}
    ${passkeySignals(model.signals ?? [])}`;
  return layout(page, {
    title: reauthentication ? text.againTitle : text.title,
    body,
    invalid: problem !== undefined,
    ...(model.passkey && { scripts: ['passkeys.js'] }),
  });
};

const passwordForm = (
  { messages }: Page,
  model: LoginModel,
  fields: ReturnType<typeof createFields>,
): Html => {
  const { login: text, forgotPassword } = messages;
  const { reauthentication } = model;
  const loginIsEmpty = model.login === undefined || model.login === '';
  return html`<form method="post" action="${ownPath(model.action)}" novalidate>
      ${hidden({ csrf: model.csrf, ...(model.passkey && { passkeys: '' }) })}
      ${fields.text({
        name: 'login',
        label: model.acceptsEmail ? forgotPassword.login : text.login,
        value: model.login,
        autocomplete: 'username webauthn',
        required: true,
        readonly: reauthentication !== undefined,
        autofocus: loginIsEmpty,
      })}
      ${reauthentication && html`<p class="aside"><a href="${ownPath(reauthentication.switchTo)}">${text.notYou}</a></p>`}
      ${fields.password({
        name: 'password',
        label: text.password,
        autocomplete: 'current-password',
        required: true,
        autofocus: !loginIsEmpty,
      })}
      ${model.forgot && html`<p class="aside"><a href="${ownPath(model.forgot.href)}">${text.forgot}</a></p>`}
      ${!reauthentication && model.remember !== undefined && checkbox({ name: 'remember', label: text.remember, hint: text.rememberHint, checked: model.remember })}
      ${submit({ label: text.submit, class: 'login-submit' })}
    </form>`;
};

const throttledNotice = (
  { login: text, tag }: Messages,
  { seconds, isKnownDevice }: { readonly seconds: number; readonly isKnownDevice: boolean },
  { passkey, upstreams = [], forgot }: LoginModel,
): Html => {
  const link = (label: string, href: string): Html => html`<li><a href="${ownPath(href)}">${label}</a></li>`;
  return html`<div class="notice notice-bad" role="alert">
    <p>${text.throttled(relativeTime(tag, seconds))}</p>
    ${
      !isKnownDevice &&
      html`<p>${text.otherWays}</p>
    <ul>
      <li>${text.knownPlaces}</li>
      ${passkey && html`<li hidden data-needs-passkeys>${text.passkey}</li>`}
      ${upstreams.map(({ name, href }) => link(text.upstream(name), href))}
      ${forgot && link(text.forgot, forgot.href)}
    </ul>`
    }
  </div>`;
};

const alternatives = (
  messages: Messages,
  { passkey, emailCode, upstreams = [], remember, reauthentication, isWithoutPassword }: LoginModel,
): Html | undefined => {
  const { login: text, signInCode } = messages;
  const needsNoScript = emailCode !== undefined || upstreams.length > 0;
  if (!passkey && !needsNoScript) return undefined;
  const remembers = !reauthentication && remember !== undefined;
  const form = passkey && {
    ...passkey,
    ceremony: 'get' as const,
    label: text.passkey,
    look: 'secondary' as const,
    ...(remembers && { copies: 'remember' }),
  };
  return html`${!isWithoutPassword && html`<p class="or"${!needsNoScript && html` hidden data-needs-passkeys`}><span>${text.or}</span></p>`}
    <div class="stack">
      ${form && passkeyForm(messages, form)}
      ${emailCode && html`<a role="button" class="secondary" href="${ownPath(emailCode.href)}">${signInCode.link}</a>`}
      ${upstreams.map((upstream) => upstreamButton(text.upstream(upstream.name), upstream))}
    </div>`;
};

const upstreamButton = (label: string, { href, logo }: UpstreamWay): Html => {
  const image = imageUrl(logo);
  return html`<a role="button" class="secondary upstream" href="${ownPath(href)}">${image !== undefined && html`<img src="${image}" alt="" width="20" height="20"> `}${label}</a>`;
};

const errorsOf = (
  { login: text, forgotPassword }: Messages,
  problem: LoginProblem | undefined,
  acceptsEmail = false,
): readonly FieldError[] => {
  const missingLogin = acceptsEmail ? forgotPassword.missing : text.missingLogin;
  if (problem?.kind !== 'missing') return [];
  return problem.fields.map((field) => ({
    field,
    message: field === 'login' ? missingLogin : text.missingPassword,
  }));
};
