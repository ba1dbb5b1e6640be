import { type Detail, renderDetail } from '../authorization-details.ts';
import { alert, hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { type Html, html } from '../html.ts';
import { renderClient, strong, unverifiedNotice } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { receivedClaims } from '../received-claims.ts';

export interface PendingRequest {
  /** Identifies the request in its form. */
  readonly handle: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  /** The binding message, which the person sees where the sign-in was started (CIBA §7.1). */
  readonly message?: string;
  /** Descriptions of the scopes. */
  readonly scopes: readonly string[];
  /** Descriptions of the claims that the application asks for one by one. */
  readonly claims: readonly string[];
  /** The audiences of the APIs that the scopes are for, with what each receives of the person, in words. */
  readonly resources: readonly { readonly name: string; readonly receives: readonly string[] }[];
  readonly details: readonly Detail[];
}

export interface RequestsModel {
  /** The form posts `csrf`, `request` and `decision` (`allow` or `deny`). */
  readonly action: string;
  /** The path of a sign-in that leads back, when no account is signed in. */
  readonly signIn?: string;
  /** Absent when no account is signed in. */
  readonly requests?: readonly PendingRequest[];
  /** The path of the other pages of the account that is signed in. */
  readonly account?: string;
  readonly outcome?: 'approved' | 'denied' | 'gone' | 'noAccess' | 'otherWay' | 'tooWeak';
}

export const requestsPage = (
  page: Page,
  { action, account, signIn, requests, outcome }: RequestsModel,
): string => {
  const { requests: text } = page.messages;
  const failed = outcome !== undefined && outcome !== 'approved' && outcome !== 'denied';
  return layout(page, {
    title: text.title,
    body: html`
    ${outcome !== undefined && (failed ? alert(text[outcome]) : html`<p class="notice" role="status">${text[outcome]}</p>`)}
    ${requests === undefined && html`<p>${text.signedOut}</p>`}
    ${signIn !== undefined && html`<p><a role="button" class="account-again" href="${ownPath(signIn)}">${page.messages.login.title}</a></p>`}
    ${requests?.length === 0 && html`<p>${text.none}</p>`}
    ${requests !== undefined && requests.length > 0 && html`<p>${text.hint}</p>${requests.map((request) => requestSection(page, action, request))}`}
    <p><a role="button" class="secondary requests-reload" href="${ownPath(action)}">${text.reload}</a></p>
    ${account !== undefined && html`<p class="after"><a class="account-link" href="${ownPath(account)}">${page.messages.account.overview.title}</a></p>`}
    ${homeLink(page)}`,
  });
};

const requestSection = ({ messages }: Page, action: string, request: PendingRequest): Html => {
  const { requests: text, device, consent } = messages;
  const { scopes, claims, resources, details } = request;
  const wanted = [
    ...scopes,
    ...resources.map(
      ({ name, receives }) => html`${consent.resource(strong(name))}${receivedClaims(messages, receives)}`,
    ),
  ];
  return html`<section>
      ${renderClient(request.client, text.wants(strong(request.client.name)))}
      ${unverifiedNotice(messages, request.client)}
      ${request.message !== undefined && html`<p>${text.compare}</p><p class="big-code"><code>${request.message}</code></p>`}
      ${
        wanted.length + claims.length > 0 &&
        html`<dl class="facts-list">
          ${wanted.length > 0 && html`<div><dt>${device.scopes}</dt>${wanted.map((item) => html`<dd>${item}</dd>`)}</div>`}
          ${claims.length > 0 && html`<div><dt>${consent.claimsTitle}</dt>${claims.map((claim) => html`<dd>${claim}</dd>`)}</div>`}
        </dl>`
      }
      ${details.map(renderDetail)}
      <form method="post" action="${ownPath(action)}">
        ${hidden({ csrf: request.csrf, request: request.handle })}
        <div class="actions">
          ${submit({ label: text.approve, class: 'request-approve', name: 'decision', value: 'allow' })}
          ${submit({ label: text.deny, class: 'request-deny', look: 'secondary', name: 'decision', value: 'deny' })}
        </div>
      </form>
    </section>`;
};
