import type { Config } from '#config';
import { mayUseScope } from '../../provider/clients/client-limits.ts';

interface Token {
  readonly scope?: string | undefined;
  readonly aud?: string | readonly string[] | undefined;
}

/** The client that a token was issued to, as it is now, and the groups of its person. A client alone has none. */
interface Holder {
  readonly client: Readonly<Record<string, unknown>>;
  readonly groups: readonly string[];
}

/**
 * What is left of the scope of a token: an operator may have narrowed the client since, or taken the person out of the
 * group that a scope of the API is for.
 */
export const createCurrentScope = ({ resources }: Pick<Config, 'resources'>) => {
  const rules = new Map(resources.map(({ audience, scopeRules = [] }) => [audience, scopeRules]));
  return ({ scope = '', aud = [] }: Token, { client, groups }: Holder): string => {
    const rulesOfToken = [aud].flat().flatMap((audience) => rules.get(audience) ?? []);
    const isForMember = (name: string): boolean =>
      rulesOfToken.every(
        (rule) =>
          rule.name !== name ||
          rule.groups === undefined ||
          rule.groups.some((group) => groups.includes(group)),
      );
    return scope
      .split(' ')
      .filter((name) => mayUseScope(client, name) && isForMember(name))
      .join(' ');
  };
};
