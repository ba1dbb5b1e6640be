import type { Config } from './sections/index.ts';
import { nearest } from './validate/nearest.ts';

/** The scopes of OpenID Connect Core §5.4 and §11, and `groups`. */
export const openidScopes: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
  'groups',
];

interface UnknownScope {
  readonly scope: string;
  /** A known scope with a similar name. */
  readonly suggestion?: string;
}

/** The scopes in a list separated by spaces that neither OpenID Connect, `claims` nor a resource defines. */
export const unknownScopes = (
  { claims, resources }: Pick<Config, 'claims' | 'resources'>,
  list: string,
): readonly UnknownScope[] => {
  const known = [...openidScopes, ...Object.keys(claims), ...resources.flatMap(({ scopes }) => scopes)];
  return list
    .split(' ')
    .filter((scope) => scope !== '' && !known.includes(scope))
    .map((scope) => {
      const suggestion = nearest(scope, known);
      return { scope, ...(suggestion === undefined ? {} : { suggestion }) };
    });
};
