import { type AccountFrame, accountPage } from '../account-layout.ts';
import { hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { renderClient } from '../identities.ts';
import { ownPath, webUrl } from '../links.ts';
import type { ClientDisplay } from '../page.ts';
import { dateTime } from '../time.ts';

export interface OpenableApp {
  readonly client: ClientDisplay;
  readonly href: string;
}

export interface ConnectedAppModel {
  readonly client: ClientDisplay;
  /** In words. */
  readonly scopes: readonly string[];
  /** Scopes of each API, in words. */
  readonly resources: readonly { readonly name: string; readonly scopes: readonly string[] }[];
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly usedAt?: number | undefined;
  /** The path that asks whether to disconnect it. */
  readonly disconnect: string;
}

export interface AppsModel {
  readonly openable: readonly OpenableApp[];
  readonly connected: readonly ConnectedAppModel[];
  /** Absent without one that registered itself. */
  readonly disconnectSelfRegistered?: string;
  readonly isDone: boolean;
}

const time = ({ page, zone }: AccountFrame, at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${dateTime(page.messages.tag, new Date(at), zone)}</time>`;

const renderName = ({ page }: AccountFrame, client: ClientDisplay): Html =>
  renderClient(
    client,
    html`<strong>${client.name}</strong>${client.unverified && html` <span class="badge badge-warn">${page.messages.consent.unverified}</span>`}`,
  );

const renderApp = (frame: AccountFrame, app: ConnectedAppModel): Html => {
  const { account, consent } = frame.page.messages;
  const { apps: text } = account;
  const list = (scopes: readonly (string | Html)[]): Html =>
    html`<ul>${scopes.map((scope) => html`<li>${scope}</li>`)}</ul>`;
  const withScopes = app.resources.filter(({ scopes }) => scopes.length > 0);
  const access = [
    ...app.scopes,
    ...app.resources
      .filter(({ scopes }) => scopes.length === 0)
      .map(({ name }) => html`${consent.resource(name)}`),
  ];
  return html`${renderName(frame, app.client)}
      ${app.client.unverified && html`<p class="hint">${consent.unverifiedHint}</p>`}
      <dl class="facts-list">
        ${access.length > 0 && html`<div><dt>${text.access}</dt><dd>${list(access)}</dd></div>`}
        ${withScopes.map(({ name, scopes }) => html`<div><dt>${consent.resource(name)}</dt><dd>${list(scopes)}</dd></div>`)}
        <div><dt>${text.since}</dt><dd>${time(frame, app.connectedAt)}</dd></div>
        ${app.usedAt !== undefined && html`<div><dt>${text.used}</dt><dd>${time(frame, app.usedAt)}</dd></div>`}
      </dl>`;
};

export const appsPage = (frame: AccountFrame, model: AppsModel): string => {
  const { apps: text } = frame.page.messages.account;
  return accountPage(frame, {
    title: text.title,
    body: html`
    ${model.isDone && html`<p class="notice" role="status">${text.done}</p>`}
    ${
      model.openable.length > 0 &&
      html`<h2>${text.openTitle}</h2>
    <ul class="entries">${model.openable.map(
      ({ client, href }) => html`<li>
      ${renderName(frame, client)}
      <p><a class="app-open" href="${webUrl(href) ?? '/'}">${text.open}<span class="visually-hidden">: ${client.name}</span></a></p>
    </li>`,
    )}</ul>`
    }
    <h2>${text.connectedTitle}</h2>
    <p>${model.connected.length > 0 ? text.hint : text.none}</p>
    <ul class="entries">${model.connected.map(
      (app) => html`<li>
      <h3 class="visually-hidden">${app.client.name}</h3>
      ${renderApp(frame, app)}
      <p><a class="app-disconnect" href="${ownPath(app.disconnect)}">${text.disconnect}<span class="visually-hidden">: ${app.client.name}</span></a></p>
    </li>`,
    )}</ul>
    ${
      model.disconnectSelfRegistered !== undefined &&
      html`<p><a role="button" class="secondary apps-disconnect-unverified" href="${ownPath(model.disconnectSelfRegistered)}">${text.disconnectUnverified}</a></p>
    <p class="hint">${text.unverifiedHint}</p>`
    }`,
  });
};

export interface DisconnectModel {
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  readonly apps: readonly ConnectedAppModel[];
  /** The client of the form. Absent for all that registered themselves. */
  readonly app?: string;
}

export const disconnectPage = (
  frame: AccountFrame,
  { action, csrf, back, apps, app }: DisconnectModel,
): string => {
  const { apps: text } = frame.page.messages.account;
  const [only] = apps;
  return accountPage(frame, {
    title:
      app !== undefined && only ? text.disconnectTitle(only.client.name) : text.disconnectUnverifiedTitle,
    body: html`
    ${
      app !== undefined && only
        ? renderApp(frame, only)
        : html`<ul class="entries">${apps.map(({ client }) => html`<li>${renderName(frame, client)}</li>`)}</ul>`
    }
    <p>${text.consequence}</p>
    <p class="hint">${text.limits}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf, ...(app !== undefined && { app }) })}
      <div class="actions">
        ${submit({ label: text.disconnect, class: 'app-disconnect-confirm', look: 'danger' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
