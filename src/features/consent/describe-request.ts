import type { Config } from '#config';
import type { Form } from '../../http/pages/form.ts';
import type { ConsentModel, Detail, RequestedItem } from '../../views/pages/consent.ts';
import type { Allowed } from './allowed.ts';
import { claimField, scopeField } from './consent-form.ts';
import type { RequestedConsent } from './requested-consent.ts';

interface DescribeOptions {
  /** What the person allowed this client before. */
  readonly remembered: Allowed;
  /** The operator's descriptions, by the name of a scope, claim or type of authorization details. */
  readonly descriptions: Config['scopes'];
  readonly language: string;
  /** The form that the page is shown for again; its choices stay. Without one, everything is ticked. */
  readonly form?: Form | undefined;
}

const membersOf = (detail: Readonly<Record<string, unknown>>): Detail['members'] =>
  Object.entries(detail)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));

export const describeRequest = (
  requested: RequestedConsent,
  { remembered, descriptions, language, form }: DescribeOptions,
): Pick<ConsentModel, 'scopes' | 'claims' | 'resources' | 'details' | 'offline'> => {
  const choiceOf = (field: string) => ({
    optional: { field, checked: form === undefined || form[field] === 'yes' },
  });
  const describeName = (name: string): string | undefined => {
    const text = Object.hasOwn(descriptions, name) ? descriptions[name] : undefined;
    return typeof text === 'string' ? text : (text?.[language] ?? text?.['en']);
  };
  const describeItem = (name: string, rememberedNames: readonly string[]): RequestedItem => {
    const description = describeName(name);
    return {
      name,
      isNew: !rememberedNames.includes(name),
      ...(description !== undefined && { description }),
    };
  };
  return {
    scopes: requested.scopes
      .filter((name) => name !== 'offline_access')
      .map((name) => ({
        ...describeItem(name, remembered.scopes),
        ...(requested.optional.scopes.includes(name) && choiceOf(scopeField(name))),
      })),
    claims: requested.claims.map((name) => ({
      ...describeItem(name, remembered.claims),
      ...(requested.optional.claims.includes(name) && choiceOf(claimField(name))),
    })),
    resources: Object.entries(requested.resources).map(([audience, names]) => ({
      name: audience,
      isNew: !Object.hasOwn(remembered.resources, audience),
      scopes: names.map((name) => describeItem(name, remembered.resources[audience] ?? [])),
    })),
    details: requested.details.map((detail): Detail => {
      const type = String(detail['type']);
      const description = describeName(type);
      return { type, members: membersOf(detail), ...(description !== undefined && { description }) };
    }),
    ...(requested.scopes.includes('offline_access') && {
      offline: { isNew: !remembered.scopes.includes('offline_access') },
    }),
  };
};
