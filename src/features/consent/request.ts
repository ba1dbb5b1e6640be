import type { Config } from '#config';
import type { Form, Interaction } from '../../http/interactions/step.ts';
import type { ConsentModel, Detail, Request } from '../../views/pages/consent.ts';
import type { Allowed } from './memory.ts';

/** What the engine found missing, so what is asked. */
export interface Asked extends Allowed {
  /** Scopes that the client may do without. */
  readonly optional: readonly string[];
  /** RFC 9396: as the request has them, and never remembered. */
  readonly details: readonly Readonly<Record<string, unknown>>[];
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const never = new Set(['openid', 'offline_access']);

const standard = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']);

export const asksOf = ({ prompt, params }: Interaction): Asked => {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes, rar } = prompt.details;
  // With prompt=consent all of it is asked again, though nothing may be missing.
  const anew = prompt.reasons.includes('consent_prompt') ? String(params['scope'] ?? '').split(' ') : [];
  const scopes = [...new Set([...strings(missingOIDCScope), ...anew.filter((scope) => standard.has(scope))])];
  const resources = Object.entries(missingResourceScopes ?? {}).map(([audience, list]) => [
    audience,
    strings(list),
  ]);
  return {
    scopes,
    claims: strings(missingOIDCClaims),
    resources: Object.fromEntries(resources),
    optional: scopes.filter((scope) => !never.has(scope)),
    details: Array.isArray(rar) ? rar : [],
  };
};

/** What was left ticked, and what wasn't. */
export const chosenOf = (asked: Asked, form: Form): { allowed: Allowed; left: readonly string[] } => {
  const left = asked.optional.filter((scope) => form[fieldOf(scope)] !== 'yes');
  return {
    allowed: {
      scopes: asked.scopes.filter((scope) => !left.includes(scope)),
      claims: asked.claims,
      resources: asked.resources,
    },
    left,
  };
};

const fieldOf = (scope: string): string => `scope:${scope}`;

const membersOf = (detail: Readonly<Record<string, unknown>>): Detail['members'] =>
  Object.entries(detail)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));

/** In the operator's words, in the reader's language where there are any. */
export const describe = (
  asked: Asked,
  before: Allowed,
  words: Config['scopes'],
  language: string,
): Pick<ConsentModel, 'scopes' | 'claims' | 'resources' | 'details' | 'offline'> => {
  const told = (name: string): string | undefined => {
    const text = words[name];
    return typeof text === 'string' ? text : (text?.[language] ?? text?.['en']);
  };
  const request = (name: string, known: readonly string[]): Request => {
    const description = told(name);
    return { name, isNew: !known.includes(name), ...(description !== undefined && { description }) };
  };
  return {
    scopes: asked.scopes
      .filter((name) => name !== 'offline_access')
      .map((name) => ({
        ...request(name, before.scopes),
        ...(asked.optional.includes(name) && { optional: { field: fieldOf(name), checked: true } }),
      })),
    claims: asked.claims.map((name) => request(name, before.claims)),
    resources: Object.entries(asked.resources).map(([audience, names]) => ({
      name: audience,
      scopes: names.map((name) => request(name, before.resources[audience] ?? [])),
    })),
    details: asked.details.map((detail): Detail => {
      const type = String(detail['type']);
      const description = told(type);
      return { type, members: membersOf(detail), ...(description !== undefined && { description }) };
    }),
    ...(asked.scopes.includes('offline_access') && {
      offline: { isNew: !before.scopes.includes('offline_access') },
    }),
  };
};
