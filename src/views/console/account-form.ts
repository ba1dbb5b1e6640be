import { alert, checkbox, createFields, type FieldError, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { strong } from '../identities.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';

export type AccountField = 'username' | 'name' | 'email' | 'groups' | 'claims' | 'password';

/** What the form shows, whether it comes from the account or from the person. */
export interface AccountInput {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly groups: string;
  /** JSON of the claims without a field. */
  readonly claims: string;
  readonly required: readonly ('password' | 'factor' | 'profile')[];
}

export interface AccountFormModel {
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  readonly input: AccountInput;
  /** Absent for an account that is added. */
  readonly existing?: { readonly username: string; readonly version: string };
  readonly mayHaveMail: boolean;
  readonly errors: Readonly<Partial<Record<AccountField, string>>>;
  /** A refusal that belongs to no field. */
  readonly problem?: string | undefined;
  readonly conflict?: Html | undefined;
}

const requirements = ['password', 'factor', 'profile'] as const;

export const accountFormPage = (frame: ConsoleFrame, model: AccountFormModel): string => {
  const { form: text, detail } = frame.text.accounts;
  const { action, csrf, back, input, existing, mayHaveMail, problem, conflict } = model;
  const errors: readonly FieldError[] = Object.entries(model.errors).map(([field, message]) => ({
    field,
    message,
  }));
  const inputs = createFields(frame.page.messages, errors);
  const field = (name: 'username' | 'name' | 'email' | 'groups', label: string, hint?: string) =>
    inputs.text({ name, label, hint, value: input[name], autocomplete: 'off' });
  return consolePage(frame, {
    title: existing ? text.editTitle(existing.username) : text.addTitle,
    invalid: errors.length > 0 || problem !== undefined || conflict !== undefined,
    body: html`
    ${conflict}
    ${problem !== undefined && alert(problem)}
    ${inputs.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf, ...(existing && { version: existing.version }) })}
      ${field('username', text.username)}
      ${field('name', text.name)}
      ${field('email', text.email)}
      ${checkbox({ name: 'email_verified', label: text.emailVerified, checked: input.emailVerified })}
      ${field('groups', text.groups, text.groupsHint)}
      ${!existing && inputs.password({ name: 'password', label: text.password, hint: mayHaveMail ? text.passwordHint : text.passwordWithoutMail, autocomplete: 'new-password' })}
      ${
        existing &&
        html`<fieldset><legend>${text.required}</legend>${requirements.map((one) =>
          checkbox({
            name: `require_${one}`,
            label: detail.requirements[one],
            checked: input.required.includes(one),
          }),
        )}</fieldset>`
      }
      <details${(model.errors.claims !== undefined || conflict !== undefined) && html` open`}>
        <summary>${text.more}</summary>
        ${inputs.area({ name: 'claims', label: text.claims, hint: text.claimsHint, value: input.claims })}
      </details>
      <div class="actions">
        ${submit({ label: existing ? text.save : text.add, class: 'account-save' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

interface InvitationInput {
  readonly email: string;
  readonly username: string;
  readonly name: string;
  readonly groups: string;
  readonly hours: string;
  /** The tag of a language, or empty: the link is shown. */
  readonly language: string;
}

export interface InvitationFormModel {
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  readonly input: InvitationInput;
  readonly hours: readonly number[];
  /** Empty without a mail server. */
  readonly languages: readonly { readonly tag: string; readonly name: string }[];
  readonly errors: Readonly<Partial<Record<'email' | 'username' | 'groups', string>>>;
  readonly problem?: string | undefined;
}

export const invitationFormPage = (frame: ConsoleFrame, model: InvitationFormModel): string => {
  const { invite: text, form } = frame.text.accounts;
  const { action, csrf, back, input, hours, languages, problem } = model;
  const errors: readonly FieldError[] = Object.entries(model.errors).map(([field, message]) => ({
    field,
    message,
  }));
  const inputs = createFields(frame.page.messages, errors);
  const field = (name: 'email' | 'username' | 'name' | 'groups', label: string, hint?: string) =>
    inputs.text({ name, label, hint, value: input[name], autocomplete: 'off' });
  return consolePage(frame, {
    title: text.title,
    invalid: errors.length > 0 || problem !== undefined,
    body: html`
    <p>${text.why}</p>
    ${problem !== undefined && alert(problem)}
    ${inputs.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${field('email', text.email)}
      ${field('username', text.username, text.usernameHint)}
      ${field('name', text.name)}
      ${field('groups', text.groups, form.groupsHint)}
      ${inputs.select({
        name: 'hours',
        label: text.lifetime,
        value: input.hours,
        options: hours.map((count) => ({ value: String(count), label: text.hours(count) })),
      })}
      ${inputs.select({
        name: 'language',
        label: text.language,
        value: input.language,
        options: [
          ...languages.map(({ tag, name }) => ({ value: tag, label: text.byMail(name) })),
          { value: '', label: text.asLink },
        ],
      })}
      <div class="actions">
        ${submit({ label: text.submit, class: 'invitation-send' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

interface ShownLinkModel {
  readonly kind: 'recovery' | 'invitation';
  readonly url: string;
  readonly until: Html;
  /** The name of the person whom it is for. */
  readonly name: string;
  readonly back: string;
}

/** The only answer that has the link. It is no redirect, so the link is in no address and no history. */
export const shownLinkPage = (
  frame: ConsoleFrame,
  { kind, url, until, name, back }: ShownLinkModel,
): string => {
  const { link: text } = frame.text.accounts;
  const { page } = frame;
  // Without language links: they would load the form again.
  const { currentUrl: _, ...rest } = page;
  return consolePage(
    { ...frame, page: rest },
    {
      title: kind === 'recovery' ? text.recoveryTitle : text.inviteTitle,
      body: html`
    <p>${strong(name)}</p>
    <p class="notice notice-warn">${kind === 'recovery' ? text.recoveryWarning : text.inviteWarning}</p>
    ${createFields(page.messages).copy({ name: 'shown-link', label: text.label, value: url })}
    <p>${text.until(until)} ${text.once}</p>
    <p><a role="button" class="shown-link-done" href="${ownPath(back)}">${text.back}</a></p>`,
    },
  );
};
