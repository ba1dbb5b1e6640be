import { createFields } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import type { ClientMessages } from '../../languages/console/clients/messages.ts';
import { ownPath } from '../../links.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { doneNotice, fact, moment } from '../parts.ts';
import type { ClientTypeName } from './list.ts';
import { clientPath } from './paths.ts';

/** What all pages of one client show. */
export interface ClientModel {
  readonly id: string;
  readonly name: string;
  readonly type: ClientTypeName;
  readonly source: keyof ClientMessages['sources'];
  readonly createdAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  /** It comes from the configuration or from Postern. */
  readonly isFixed: boolean;
  readonly mayChange: boolean;
}

export type ClientTab = 'overview' | 'edit' | 'logo' | 'secrets';

/** Each tab is a page with an address of its own. */
export const clientTabs = ({ text }: ConsoleFrame, client: ClientModel, current: ClientTab): Html => {
  const { tabs } = text.clients;
  const path = clientPath(client.id);
  const shown = [
    ['overview', path],
    ...(client.mayChange && !client.isFixed
      ? ([
          ['edit', `${path}/edit`],
          ['logo', `${path}/logo`],
        ] as const)
      : []),
    ['secrets', `${path}/secrets`],
  ] as const;
  return html`<nav class="tabs" aria-label="${tabs.label}"><ul>${shown.map(
    ([tab, href]) =>
      html`<li><a href="${ownPath(href)}"${tab === current && html` aria-current="page"`}>${tabs[tab]}</a></li>`,
  )}</ul></nav>`;
};

interface ClientOverviewModel {
  readonly client: ClientModel;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly method: string;
  readonly scope?: string | undefined;
  readonly resources: readonly string[];
  readonly groups: readonly string[];
  readonly environment: readonly string[];
  readonly metadata: string;
  readonly done?: string | undefined;
  /** The address of its records in the audit, for those who may read them. */
  readonly audit?: string | undefined;
}

export const clientPage = (frame: ConsoleFrame, model: ClientOverviewModel): string => {
  const { clients: text } = frame.text;
  const { overview, fields, columns } = text;
  const { client } = model;
  const inputs = createFields(frame.page.messages);
  return consolePage(frame, {
    title: client.name,
    body: html`
    ${doneNotice(model.done)}
    ${clientTabs(frame, client, 'overview')}
    ${
      client.stoppedAt !== undefined &&
      html`<div class="notice notice-warn"><p><strong>${overview.stopped}</strong> ${moment(frame, client.stoppedAt)}</p></div>`
    }
    <dl class="facts-list">
      ${fact(columns.id, html`<code>${client.id}</code>`)}
      ${fact(columns.type, text.types[client.type].name)}
      ${fact(overview.source, text.sources[client.source])}
      ${client.createdAt !== undefined && fact(overview.created, moment(frame, client.createdAt))}
      ${fact(fields.redirectUris, lines(model.redirectUris))}
      ${fact(fields.postLogoutRedirectUris, lines(model.postLogoutRedirectUris))}
      ${fact(overview.grants, lines(model.grantTypes))}
      ${fact(overview.method, html`<code>${model.method}</code>`)}
      ${fact(fields.scope, model.scope)}
      ${fact(fields.resources, lines(model.resources))}
      ${fact(fields.allowedGroups, lines(model.groups))}
    </dl>
    ${client.isFixed && html`<p class="hint">${overview.fixed}</p>`}
    ${inputs.copyLines({ name: 'environment', label: overview.connection, lines: model.environment })}
    ${model.audit !== undefined && html`<p><a class="console-client-audit" href="${ownPath(model.audit)}">${overview.audit}</a></p>`}
    <details><summary>${overview.metadata}</summary><pre class="console-json">${model.metadata}</pre></details>
    ${client.mayChange && dangerZone(frame, client)}`,
  });
};

const lines = (values: readonly string[]): readonly Html[] =>
  values.map((value, at) => html`${at > 0 && html`<br>`}<code>${value}</code>`);

const dangerZone = (
  { text }: ConsoleFrame,
  { id, stoppedAt, isFixed, source }: ClientModel,
): Html | undefined => {
  const { overview } = text.clients;
  if (source === 'built-in') return undefined;
  const path = clientPath(id);
  return html`<section class="console-danger">
      <h2>${overview.danger}</h2>
      <div class="actions">
        ${
          stoppedAt === undefined
            ? html`<a role="button" class="secondary console-stop" href="${path}/stop">${overview.stop}</a>`
            : html`<a role="button" class="secondary console-start" href="${path}/start">${overview.start}</a>`
        }
        ${!isFixed && html`<a role="button" class="secondary console-remove" href="${path}/remove">${overview.remove}</a>`}
      </div>
    </section>`;
};
