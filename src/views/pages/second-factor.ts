import { contactLink } from '../contact-link.ts';
import { alert, checkbox, createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export interface SecondFactorModel {
  /** The form posts `csrf`, `code` or `recovery_code`, and `remember_browser` (`yes`) to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly account: string;
  readonly kind: 'code' | 'recovery';
  /** The page for the other kind, if the account has it. */
  readonly otherKind?: string | undefined;
  /** For how many days the browser can be remembered. Without it there is no box. */
  readonly rememberDays?: number | undefined;
  readonly remember?: boolean | undefined;
  /** Leads to a sign-in with another account. */
  readonly switchTo: string;
  /** How to reach the operator. */
  readonly contact?: string | undefined;
  readonly problem?: 'missing' | 'wrong' | 'reused' | undefined;
  readonly waitSeconds?: number | undefined;
}

export const secondFactorPage = (page: Page, model: SecondFactorModel): string => {
  const { factors, login, resetPassword, tag } = page.messages;
  const { ask: text } = factors;
  const { action, csrf, client, account, kind, otherKind, rememberDays, remember, switchTo } = model;
  const { contact, problem, waitSeconds } = model;
  const isCode = kind === 'code';
  const name = isCode ? 'code' : 'recovery_code';
  const messageOf = {
    missing: isCode ? text.problems.missing : text.problems.recoveryMissing,
    wrong: isCode ? text.problems.wrong : text.problems.recoveryWrong,
    reused: text.problems.reused,
  };
  const fields = createFields(
    page.messages,
    problem === undefined ? [] : [{ field: name, message: messageOf[problem] }],
  );
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
  return layout(page, {
    title: isCode ? text.title : text.recoveryTitle,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${renderClient(client, login.toContinue(strong(client.name)))}
    <p>${resetPassword.account(strong(account))}</p>
    ${waitSeconds !== undefined && alert(text.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${field}
      ${rememberDays !== undefined && checkbox({ name: 'remember_browser', label: text.remember(rememberDays), hint: text.rememberHint, checked: remember })}
      ${submit({ label: text.submit, class: 'factor-submit' })}
    </form>
    ${otherKind !== undefined && html`<p class="after"><a href="${ownPath(otherKind)}">${isCode ? text.useRecovery : text.useCode}</a></p>`}
    <p class="after"><a href="${ownPath(switchTo)}">${text.another}</a></p>
    ${!isCode && html`<p class="hint">${contact === undefined ? text.lostPlain : text.lost(contactLink(contact))}</p>`}`,
  });
};
