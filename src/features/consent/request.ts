import type { Config } from '#config';
import type { Form, Interaction } from '../../http/interactions/step.ts';
import type { ConsentModel, Detail, Request } from '../../views/pages/consent.ts';
import type { Allowed, Left } from './memory.ts';

/** What is put to the person. */
export interface Asked extends Allowed {
  /** What the client may do without. */
  readonly optional: Left;
  /** RFC 9396: as the request has them, and never remembered. */
  readonly details: readonly Readonly<Record<string, unknown>>[];
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const lists = (value: unknown): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(value ?? {}).map(([name, list]) => [name, strings(list)] as const));

const required = new Set(['openid', 'offline_access']);

/** OpenID Connect Core §5.5.1: without these the client can't do what it was asked to. */
const essentialIn = (parameter: unknown): ReadonlySet<string> => {
  // The engine has parsed it before and refuses what is no object of objects.
  const { userinfo = {}, id_token = {} } = typeof parameter === 'string' ? JSON.parse(parameter) : {};
  const members: [string, { essential?: unknown } | null][] = [
    ...Object.entries<{ essential?: unknown } | null>(userinfo),
    ...Object.entries<{ essential?: unknown } | null>(id_token),
  ];
  return new Set(members.filter(([, wish]) => wish?.essential === true).map(([name]) => name));
};

/** Where the person is to see all of it, though nothing may be missing. */
const wholly = new Set(['consent_prompt', 'native_client_prompt']);

export const asksOf = ({ prompt, params }: Interaction): Asked => {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes, rar, whole } = prompt.details;
  const all = whole !== undefined && prompt.reasons.some((reason) => wholly.has(reason));
  // Put there by the prompt of this feature, from what the engine parsed.
  const { scopes, claims, resources } = all
    ? (whole as Allowed)
    : {
        scopes: strings(missingOIDCScope),
        claims: strings(missingOIDCClaims),
        resources: lists(missingResourceScopes),
      };
  const essential = essentialIn(params['claims']);
  return {
    scopes,
    claims,
    resources: Object.fromEntries(Object.entries(resources).filter(([, names]) => names.length > 0)),
    optional: {
      scopes: scopes.filter((scope) => !required.has(scope)),
      claims: claims.filter((claim) => !essential.has(claim)),
    },
    details: Array.isArray(rar) ? rar : [],
  };
};

const scopeField = (scope: string): string => `scope:${scope}`;
const claimField = (claim: string): string => `claim:${claim}`;

/** What was left ticked, and what wasn't. */
export const chosenOf = (asked: Asked, form: Form): { readonly allowed: Allowed; readonly left: Left } => {
  const left: Left = {
    scopes: asked.optional.scopes.filter((scope) => form[scopeField(scope)] !== 'yes'),
    claims: asked.optional.claims.filter((claim) => form[claimField(claim)] !== 'yes'),
  };
  return {
    allowed: {
      scopes: asked.scopes.filter((scope) => !left.scopes.includes(scope)),
      claims: asked.claims.filter((claim) => !left.claims.includes(claim)),
      resources: asked.resources,
    },
    left,
  };
};

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
    const text = Object.hasOwn(words, name) ? words[name] : undefined;
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
        ...(asked.optional.scopes.includes(name) && { optional: { field: scopeField(name), checked: true } }),
      })),
    claims: asked.claims.map((name) => ({
      ...request(name, before.claims),
      ...(asked.optional.claims.includes(name) && { optional: { field: claimField(name), checked: true } }),
    })),
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
