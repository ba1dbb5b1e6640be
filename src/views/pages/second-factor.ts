import { contactLink } from '../contact-link.ts';
import { alert, checkbox, createFields, hidden, submit } from '../fields.ts';
import { type Html, html, type Value } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { type PasskeyFormModel, type PasskeySignal, passkeyForm, passkeySignals } from '../passkey-form.ts';
import { relativeTime } from '../time.ts';

export interface SecondFactorModel {
  /** The form posts `csrf`, `code` or `recovery_code`, and `remember_browser` (`yes`) to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly account: string;
  /** What is asked for. `passkey`: nothing else is accepted. */
  readonly kind: 'code' | 'recovery' | 'passkey';
  /** The page for the other kind of code, if the account has it. */
  readonly otherKind?: string | undefined;
  /** The form for a passkey of the account, if it has one. */
  readonly passkey?: PasskeyFormModel | undefined;
  readonly signals?: readonly PasskeySignal[] | undefined;
  /** For how many days the browser can be remembered. Without it there is no box. */
  readonly rememberDays?: number | undefined;
  readonly remember?: boolean | undefined;
  /** Leads to a sign-in with another account. */
  readonly switchTo: string;
  /** How to reach the operator. */
  readonly contact?: string | undefined;
  readonly problem?: 'missing' | 'wrong' | 'reused' | 'passkey' | 'otherPasskey' | undefined;
  readonly waitSeconds?: number | undefined;
}

export const secondFactorPage = (page: Page, model: SecondFactorModel): string => {
  const { factors, login, resetPassword, tag } = page.messages;
  const { ask: text } = factors;
  const { client, account, kind, switchTo, problem, waitSeconds } = model;
  const titles = { code: text.title, recovery: text.recoveryTitle, passkey: text.passkeyTitle };
  return layout(page, {
    title: titles[kind],
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${renderClient(client, login.toContinue(strong(client.name)))}
    <p>${resetPassword.account(strong(account))}</p>
    ${waitSeconds !== undefined && alert(text.throttled(relativeTime(tag, waitSeconds)))}
    ${passkeyAlert(page.messages, problem)}
    ${kind === 'passkey' ? passkeyOnly(page.messages, model) : codeForm(page.messages, model)}
    <p class="after"><a href="${ownPath(switchTo)}">${text.another}</a></p>
    ${lostHint(page.messages, model)}
    ${passkeySignals(model.signals ?? [])}`,
    ...(model.passkey && { scripts: ['passkeys.js'] }),
  });
};

const passkeyAlert = (
  { passkeys: { signIn: text } }: Messages,
  problem: SecondFactorModel['problem'],
): Html | undefined => {
  if (problem === 'passkey') return alert(text.refused);
  return problem === 'otherPasskey' ? alert(text.otherAccount) : undefined;
};

const rememberBox = (
  { factors: { ask: text } }: Messages,
  { rememberDays, remember }: SecondFactorModel,
): Html | undefined =>
  rememberDays === undefined
    ? undefined
    : checkbox({
        name: 'remember_browser',
        label: text.remember(rememberDays),
        hint: text.rememberHint,
        checked: remember,
      });

const passkeyButton = (
  messages: Messages,
  { passkey, rememberDays }: SecondFactorModel,
  look?: 'secondary',
): Html | undefined =>
  passkey &&
  passkeyForm(messages, {
    ...passkey,
    ceremony: 'get',
    label: messages.factors.ask.usePasskey,
    ...(look && { look }),
    ...(rememberDays !== undefined && { copies: 'remember_browser' }),
  });

const passkeyOnly = (messages: Messages, model: SecondFactorModel): Html => html`
    <p>${messages.passkeys.signIn.needed}</p>
    <p class="notice" data-lacks-passkeys>${messages.passkeys.add.needsBrowser}</p>
    ${rememberBox(messages, model)}
    <div class="stack">${passkeyButton(messages, model)}</div>`;

const codeForm = (messages: Messages, model: SecondFactorModel): Html => {
  const { factors, login } = messages;
  const { ask: text } = factors;
  const { action, csrf, kind, otherKind, passkey, problem } = model;
  const isCode = kind === 'code';
  const name = isCode ? 'code' : 'recovery_code';
  const messageOf = {
    missing: isCode ? text.problems.missing : text.problems.recoveryMissing,
    wrong: isCode ? text.problems.wrong : text.problems.recoveryWrong,
    reused: text.problems.reused,
  };
  const isOfField = problem === 'missing' || problem === 'wrong' || problem === 'reused';
  const fields = createFields(messages, isOfField ? [{ field: name, message: messageOf[problem] }] : []);
  const field = isCode
    ? fields.text({
        name,
        label: text.code,
        hint: text.hint,
        autocomplete: 'one-time-code',
        inputmode: 'numeric',
        code: true,
        required: true,
        autofocus: true,
      })
    : fields.text({
        name,
        label: text.recoveryCode,
        hint: text.recoveryHint,
        autocomplete: 'off',
        required: true,
        autofocus: true,
      });
  return html`<form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${field}
      ${rememberBox(messages, model)}
      ${submit({ label: text.submit, class: 'factor-submit' })}
    </form>
    ${
      passkey &&
      html`<p class="or" hidden data-needs-passkeys><span>${login.or}</span></p>
    <div class="stack">${passkeyButton(messages, model, 'secondary')}</div>`
    }
    ${otherKind !== undefined && html`<p class="after"><a href="${ownPath(otherKind)}">${isCode ? text.useRecovery : text.useCode}</a></p>`}`;
};

/** Shown to people who have nothing left that this page could ask for. */
const lostHint = (
  { factors: { ask: text } }: Messages,
  { kind, contact }: SecondFactorModel,
): Html | undefined => {
  if (kind === 'code') return undefined;
  const isPasskey = kind === 'passkey';
  const plain: Value = isPasskey ? text.lostPasskeyPlain : text.lostPlain;
  const phrase = isPasskey ? text.lostPasskey : text.lost;
  return html`<p class="hint">${contact === undefined ? plain : phrase(contactLink(contact))}</p>`;
};
