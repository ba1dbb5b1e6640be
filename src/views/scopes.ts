import type { Config } from '#config';
import type { Messages } from './languages/messages.ts';

/** What the operator says of a scope, a claim or a type of authorization details. */
export const operatorDescription = (
  name: string,
  configured: Config['scopes'],
  language: string,
): string | undefined => {
  const description = Object.hasOwn(configured, name) ? configured[name] : undefined;
  return typeof description === 'string' ? description : (description?.[language] ?? description?.['en']);
};

const describe = (
  name: string,
  configured: Config['scopes'],
  builtIns: Readonly<Record<string, string>>,
  { tag }: Messages,
): string =>
  operatorDescription(name, configured, tag) ??
  (Object.hasOwn(builtIns, name) ? builtIns[name] : undefined) ??
  name;

/** Describes scopes in the operator's words, else in the built-in ones, else by their names. */
export const describeScopes = (
  scope: string,
  configured: Config['scopes'],
  messages: Messages,
): readonly string[] =>
  scope
    .split(' ')
    .filter((name) => name !== '')
    .map((name) =>
      name === 'offline_access'
        ? messages.consent.offline
        : describe(name, configured, messages.consent.scopes, messages),
    );

/** Describes claims as `describeScopes` does scopes. */
export const describeClaims = (
  names: readonly string[],
  configured: Config['scopes'],
  messages: Messages,
): readonly string[] => names.map((name) => describe(name, configured, messages.consent.claims, messages));
