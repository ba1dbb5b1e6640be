import { type AccountFrame, accountPage } from '../account-layout.ts';
import { type Html, html, type Value } from '../html.ts';
import { renderAccount } from '../identities.ts';
import { ownPath } from '../links.ts';
import { longDate } from '../time.ts';

type Subject =
  | 'profile'
  | 'email'
  | 'password'
  | 'passkeys'
  | 'authenticator'
  | 'upstreams'
  | 'sessions'
  | 'apps';

export interface AccountOverviewModel {
  readonly paths: Readonly<Record<Subject, string>>;
  readonly name: string;
  readonly email?: { readonly address: string; readonly isVerified: boolean };
  readonly hasPassword: boolean;
  /** In milliseconds since the epoch, as the next one. */
  readonly createdAt: number | undefined;
  readonly passwordChangedAt: number | undefined;
  readonly passkeys: number;
  readonly authenticators: number;
  /** The names of the linked ones. */
  readonly upstreams: readonly string[];
  readonly sessions: number;
  readonly apps: number;
  /** There may be more sessions and apps than those. */
  readonly hasMore: boolean;
}

export const accountOverviewPage = (frame: AccountFrame, model: AccountOverviewModel): string => {
  const { tag, account } = frame.page.messages;
  const { overview: text } = account;
  const { createdAt } = model;
  const states = statesOf(frame, model);
  return accountPage(frame, {
    title: text.title,
    body: html`
    <div class="face">${renderAccount(frame.account)}</div>
    ${recommendations(frame, model)}
    <ul class="overview-links">${frame.menu
      .filter(({ isCurrent }) => !isCurrent)
      .map(({ href, label, purpose }) => {
        const state = states.get(href) ?? purpose;
        return html`<li><a href="${ownPath(href)}">${label}</a>${state !== undefined && html` <span>${state}</span>`}</li>`;
      })}</ul>
    ${createdAt !== undefined && html`<p class="hint overview-since">${text.created(longDate(tag, new Date(createdAt)))}</p>`}`,
  });
};

const badge = (label: string, isGood: boolean): Html =>
  html`<span class="badge${!isGood && ' badge-warn'}">${label}</span>`;

/** What a row says beside its link, by the path of the link. */
const statesOf = (
  { page: { messages } }: AccountFrame,
  model: AccountOverviewModel,
): ReadonlyMap<string, Value> => {
  const { overview: text, profile } = messages.account;
  const { paths, email, hasPassword, passwordChangedAt, upstreams, hasMore } = model;
  const counted = (count: number, describe: (shown: string, count: number) => string): string =>
    count === 0 ? text.none : describe(`${count}${hasMore ? '+' : ''}`, count);
  const changed =
    passwordChangedAt !== undefined && text.changed(longDate(messages.tag, new Date(passwordChangedAt)));
  return new Map<string, Value>([
    [paths.profile, model.name],
    [
      paths.email,
      email
        ? html`${email.address} ${badge(email.isVerified ? profile.verified : profile.unverified, email.isVerified)}`
        : text.none,
    ],
    [paths.password, hasPassword ? changed || text.isSet : text.notSet],
    [paths.passkeys, model.passkeys === 0 ? text.none : text.passkeys(model.passkeys)],
    [paths.authenticator, model.authenticators === 0 ? text.notSetUp : text.isSetUp],
    [paths.upstreams, upstreams.length === 0 ? text.none : upstreams.join(', ')],
    [
      paths.sessions,
      model.sessions === 1 && !hasMore ? text.onlyHere : counted(model.sessions, text.devices),
    ],
    [paths.apps, counted(model.apps, text.apps)],
  ]);
};

/** What would make the account safer, as far as its pages offer that. */
const recommendations = (
  { page: { messages }, menu }: AccountFrame,
  { paths, passkeys, email }: AccountOverviewModel,
): Html | undefined => {
  const { overview: text, profile } = messages.account;
  const isOffered = (path: string): boolean => menu.some(({ href }) => href === path);
  const links: readonly (readonly [string, string])[] = [
    ...(passkeys === 0 && isOffered(paths.passkeys) ? [[paths.passkeys, text.addPasskey] as const] : []),
    ...(email?.isVerified === false && isOffered(paths.email)
      ? [[paths.email, profile.confirmEmail] as const]
      : []),
  ];
  if (links.length === 0) return undefined;
  return html`<div class="notice overview-advice">
      <p><strong>${text.advice}</strong></p>
      <ul>${links.map(([href, label]) => html`<li><a href="${ownPath(href)}">${label}</a></li>`)}</ul>
    </div>`;
};
