import type { Config } from '#config';
import type { Form, Interaction } from '../../http/interactions/step.ts';
import type { ConsentModel, Detail, RequestedItem } from '../../views/pages/consent.ts';
import type { Allowed, Declined } from './stored-consent.ts';

/** What is put to the person. */
export interface RequestedConsent extends Allowed {
  /** What the client may do without. */
  readonly optional: Declined;
  /** RFC 9396: as the request has them, and never remembered. */
  readonly details: readonly Readonly<Record<string, unknown>>[];
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const lists = (value: unknown): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(value ?? {}).map(([name, list]) => [name, strings(list)] as const));

const required = new Set(['openid', 'offline_access']);

/** OpenID Connect Core §5.5.1: without these the client can't do what it was asked to. */
const essentialClaimsIn = (parameter: unknown): ReadonlySet<string> => {
  // The engine has parsed it before and refuses what is no object of objects.
  const { userinfo = {}, id_token = {} } = typeof parameter === 'string' ? JSON.parse(parameter) : {};
  const members: [string, { essential?: unknown } | null][] = [
    ...Object.entries<{ essential?: unknown } | null>(userinfo),
    ...Object.entries<{ essential?: unknown } | null>(id_token),
  ];
  return new Set(members.filter(([, wish]) => wish?.essential === true).map(([name]) => name));
};

/** Where the person is to see all of it, though nothing may be missing. */
const reasonsToShowAll = new Set(['consent_prompt', 'native_client_prompt']);

export const requestedConsent = ({ prompt, params }: Interaction): RequestedConsent => {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes, rar, whole } = prompt.details;
  const showsAll = whole !== undefined && prompt.reasons.some((reason) => reasonsToShowAll.has(reason));
  // Put there by the prompt of this feature, from what the engine parsed.
  const { scopes, claims, resources } = showsAll
    ? (whole as Allowed)
    : {
        scopes: strings(missingOIDCScope),
        claims: strings(missingOIDCClaims),
        resources: lists(missingResourceScopes),
      };
  const essential = essentialClaimsIn(params['claims']);
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
export const decisionOf = (
  requested: RequestedConsent,
  form: Form,
): { readonly allowed: Allowed; readonly declined: Declined } => {
  const declined: Declined = {
    scopes: requested.optional.scopes.filter((scope) => form[scopeField(scope)] !== 'yes'),
    claims: requested.optional.claims.filter((claim) => form[claimField(claim)] !== 'yes'),
  };
  return {
    allowed: {
      scopes: requested.scopes.filter((scope) => !declined.scopes.includes(scope)),
      claims: requested.claims.filter((claim) => !declined.claims.includes(claim)),
      resources: requested.resources,
    },
    declined,
  };
};

const membersOf = (detail: Readonly<Record<string, unknown>>): Detail['members'] =>
  Object.entries(detail)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));

/** In the operator's words, in the reader's language where there are any. */
export const describe = (
  requested: RequestedConsent,
  remembered: Allowed,
  descriptions: Config['scopes'],
  language: string,
): Pick<ConsentModel, 'scopes' | 'claims' | 'resources' | 'details' | 'offline'> => {
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
        ...(requested.optional.scopes.includes(name) && {
          optional: { field: scopeField(name), checked: true },
        }),
      })),
    claims: requested.claims.map((name) => ({
      ...describeItem(name, remembered.claims),
      ...(requested.optional.claims.includes(name) && {
        optional: { field: claimField(name), checked: true },
      }),
    })),
    resources: Object.entries(requested.resources).map(([audience, names]) => ({
      name: audience,
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
