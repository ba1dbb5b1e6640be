import { type Detail, renderDetail } from '../authorization-details.ts';
import { checkbox, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { ownPath, webUrl } from '../links.ts';
import type { AccountDisplay, ClientDisplay, Page } from '../page.ts';
import { receivedClaims } from '../received-claims.ts';
import { longDate } from '../time.ts';

/** One thing the application asks for. */
export interface RequestedItem {
  /** The scope or claim as requested. It is shown when no description exists. */
  readonly name: string;
  /** The operator's description. */
  readonly description?: string;
  readonly isNew: boolean;
  /** The person may leave it out. When ticked it is posted as `<field>=yes`. */
  readonly optional?: { readonly field: string; readonly checked: boolean };
}

export interface ConsentModel {
  /** The form posts `csrf`, the optional fields, and `decision` (`allow` or `deny`) to this path. */
  readonly action: string;
  readonly csrf: string;
  /** Hidden fields of the form besides the MAC. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly account: AccountDisplay & { readonly switchTo?: string };
  readonly client: ClientDisplay & {
    readonly firstSeen?: Date;
    /** It changed its name or its hosts since the person allowed something. */
    readonly hasChanged?: boolean;
    readonly terms?: string;
    readonly policy?: string;
  };
  /** The person has allowed something before, so new items are marked. */
  readonly grantedBefore: boolean;
  readonly scopes: readonly RequestedItem[];
  readonly claims: readonly RequestedItem[];
  /** `isNew` is of an API that is requested without any of its scopes. */
  readonly resources: readonly {
    readonly name: string;
    readonly isNew: boolean;
    readonly scopes: readonly RequestedItem[];
    /** What the API receives of the person, in words. */
    readonly receives?: readonly string[];
  }[];
  readonly details?: readonly Detail[];
  readonly offline?: { readonly isNew: boolean };
  /**
   * Absent in the device flow, which ends on this server (RFC 8628). `local` means that the response goes to an app on
   * this device, where any program may listen (RFC 8252 §8.6).
   */
  readonly redirect?: { readonly host: string; readonly local: boolean };
}

export const consentPage = (page: Page, model: ConsentModel): string => {
  const { consent: text, tag } = page.messages;
  const { client, account, redirect } = model;
  const badge = client.unverified && html`<span class="badge badge-warn">${text.unverified}</span>`;
  const facts = [
    client.unverified && html`<li>${text.unverifiedHint}</li>`,
    client.firstSeen !== undefined && html`<li>${text.firstSeen(longDate(tag, client.firstSeen))}</li>`,
  ].filter((fact) => fact !== undefined && fact !== false);
  return layout(page, {
    title: text.title(client.name),
    body: html`
    <p class="account-line"><span>${text.signedInAs(html`<strong>${account.name}</strong>${account.detail !== undefined && html` <span class="face-detail">${account.detail}</span>`}`)}</span>
      ${account.switchTo !== undefined && html`<a href="${ownPath(account.switchTo)}">${text.switch}</a>`}</p>
    ${renderClient(client, html`<strong>${client.name}</strong> ${badge}`)}
    ${facts.length > 0 && html`<ul class="facts">${facts}</ul>`}
    ${client.hasChanged && html`<p class="notice notice-warn consent-changed" role="alert">${text.changed}</p>`}
    <form method="post" action="${ownPath(model.action)}">
      ${hidden({ ...model.fields, csrf: model.csrf })}
      ${requestedItems(page.messages, model)}
      ${redirect && redirectNotice(page.messages, redirect)}
      <div class="actions">
        ${submit({ label: text.allow, class: 'consent-allow', name: 'decision', value: 'allow' })}
        ${submit({ label: text.deny, class: 'consent-deny', look: 'secondary', name: 'decision', value: 'deny' })}
      </div>
    </form>
    ${policyLinks(page.messages, model)}`,
  });
};

const requestedItems = (messages: Messages, model: ConsentModel): Html => {
  const { consent: text } = messages;
  const { scopes, claims, resources, details = [], offline, grantedBefore, client } = model;
  const nothingRequested =
    scopes.length + claims.length + resources.length + details.length === 0 && !offline;
  if (nothingRequested) return html`<p>${text.nothingMore}</p>`;
  const app = strong(client.name);
  const list = (requests: readonly RequestedItem[], words: (name: string) => string | undefined): Html =>
    html`<ul class="asked">${requests.map((request) => requestedItem(messages, request, words(request.name), grantedBefore))}</ul>`;
  const audiences = resources.filter((resource) => resource.scopes.length === 0);
  const hasChoice = [...scopes, ...claims].some(({ optional }) => optional !== undefined);
  return html`<h2 class="asks">${grantedBefore ? text.alsoWants(app) : text.wants(app)}</h2>
      ${hasChoice && html`<p class="hint">${text.optional}</p>`}
      ${scopes.length > 0 && list(scopes, (name) => ownText(text.scopes, name))}
      ${claims.length > 0 && html`<h3>${text.claimsTitle}</h3>${list(claims, (name) => ownText(text.claims, name))}`}
      ${audiences.length > 0 && html`<ul class="asked">${audiences.map((resource) => html`<li>${text.resource(resource.name)}${resource.isNew && grantedBefore && isNew(messages)}${receivedClaims(messages, resource.receives)}</li>`)}</ul>`}
      ${resources.map((resource) => resource.scopes.length > 0 && html`<h3>${text.resource(resource.name)}</h3>${list(resource.scopes, () => undefined)}${receivedClaims(messages, resource.receives)}`)}
      ${details.map(renderDetail)}
      ${offline && html`<ul class="asked asked-offline"><li>${text.offline}${offline.isNew && grantedBefore && isNew(messages)}</li></ul>`}`;
};

const requestedItem = (
  messages: Messages,
  request: RequestedItem,
  words: string | undefined,
  grantedBefore: boolean,
): Html => {
  const { name, description, optional } = request;
  const text = description ?? words;
  const label = html`${text ?? html`<code>${name}</code>`}${request.isNew && grantedBefore && isNew(messages)}`;
  if (!optional) return html`<li>${label}</li>`;
  return html`<li class="asked-optional">${checkbox({
    name: optional.field,
    label,
    checked: optional.checked,
  })}</li>`;
};

const isNew = ({ consent }: Messages): Html => html` <span class="badge badge-new">${consent.isNew}</span>`;

/** A scope may have the name `constructor`. */
const ownText = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;

const redirectNotice = (
  { consent: text }: Messages,
  redirect: NonNullable<ConsentModel['redirect']>,
): Html =>
  redirect.local
    ? html`<p class="notice notice-warn redirect">${text.redirectLocal(strong(redirect.host))}</p>`
    : html`<p class="redirect">${text.redirect(strong(redirect.host))}</p>`;

const policyLinks = ({ consent: text }: Messages, { client }: ConsentModel): Html | undefined => {
  const links = [
    { href: webUrl(client.terms), label: text.terms },
    { href: webUrl(client.policy), label: text.policy },
  ].filter(({ href }) => href !== undefined);
  if (links.length === 0) return undefined;
  return html`<ul class="inline-links">${links.map(({ href, label }) => html`<li><a href="${href}" rel="noopener noreferrer" target="_blank">${label}</a></li>`)}</ul>`;
};
