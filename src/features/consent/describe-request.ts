import type { Config } from '#config';
import type { Form } from '../../http/pages/form.ts';
import { describeDetails } from '../../views/authorization-details.ts';
import type { ConsentModel, RequestedItem } from '../../views/pages/consent.ts';
import { operatorDescription } from '../../views/scopes.ts';
import type { Allowed } from './allowed.ts';
import { claimField, scopeField } from './consent-form.ts';
import type { RequestedConsent } from './requested-consent.ts';

interface DescribeOptions {
  /** What the person allowed this client before. */
  readonly remembered: Allowed;
  /** The operator's descriptions, by the name of a scope, claim or type of authorization details. */
  readonly descriptions: Config['scopes'];
  readonly language: string;
  /** What an API receives of the person, in words. */
  readonly received: (audience: string) => readonly string[];
  /** The form that the page is shown for again; its choices stay. Without one, everything is ticked. */
  readonly form?: Form | undefined;
}

export const describeRequest = (
  requested: RequestedConsent,
  { remembered, descriptions, language, received, form }: DescribeOptions,
): Pick<ConsentModel, 'scopes' | 'claims' | 'resources' | 'details' | 'offline'> => {
  const choiceOf = (field: string) => ({
    optional: { field, checked: form === undefined || form[field] === 'yes' },
  });
  const describeItem = (name: string, rememberedNames: readonly string[]): RequestedItem => {
    const description = operatorDescription(name, descriptions, language);
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
      receives: received(audience),
    })),
    details: describeDetails(requested.details, descriptions, language),
    ...(requested.scopes.includes('offline_access') && {
      offline: { isNew: !remembered.scopes.includes('offline_access') },
    }),
  };
};
