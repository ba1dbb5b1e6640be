import type { Config } from '#config';
import { type Html, html } from './html.ts';
import { operatorDescription } from './scopes.ts';

/** One authorization detail (RFC 9396), with each member as the application wrote it. */
export interface Detail {
  readonly type: string;
  /** The operator's description of the type. */
  readonly description?: string;
  readonly members: readonly { readonly name: string; readonly value: string }[];
}

const membersOf = (detail: Readonly<Record<string, unknown>>): Detail['members'] =>
  Object.entries(detail)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));

export const describeDetails = (
  details: readonly Readonly<Record<string, unknown>>[],
  configured: Config['scopes'],
  language: string,
): readonly Detail[] =>
  details.map((detail) => {
    const type = String(detail['type']);
    const description = operatorDescription(type, configured, language);
    return { type, members: membersOf(detail), ...(description !== undefined && { description }) };
  });

export const renderDetail = ({ type, description, members }: Detail): Html =>
  html`<h3>${description ?? html`<code>${type}</code>`}</h3>
      <ul class="asked asked-detail">${members.map(({ name, value }) => html`<li><code>${name}</code>: ${value}</li>`)}</ul>`;
