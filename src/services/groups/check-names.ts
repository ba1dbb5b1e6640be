import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import type { Groups } from './group.ts';

type Named = Pick<Config, 'accounts' | 'clients' | 'resources' | 'upstreams'>;

interface NameInConfiguration {
  readonly path: string;
  readonly name: string;
}

/** Every place of the configuration where the name of a group decides who gets something. */
export const groupNamesIn = ({
  accounts,
  clients,
  resources,
  upstreams,
}: Named): readonly NameInConfiguration[] => {
  const named = (path: string, names: readonly string[] = []) => names.map((name) => ({ path, name }));
  return [
    ...accounts.flatMap(({ groups }, index) => named(`accounts.${index}.groups`, groups)),
    ...clients.flatMap(({ allowed_groups }, index) =>
      named(`clients.${index}.allowed_groups`, allowed_groups),
    ),
    ...upstreams.flatMap(({ groups }, index) =>
      named(`upstreams.${index}.groups`, [...Object.values(groups?.map ?? {}), groups?.default ?? []].flat()),
    ),
    ...resources.flatMap(({ scopeRules = [] }, index) =>
      scopeRules.flatMap(({ name, groups }) => named(`resources.${index}.scopes (${name})`, groups)),
    ),
  ];
};

/** A mistyped name would keep everyone out. Only a server knows the groups of the store, so `config check` can't. */
export const checkGroupNames = async (config: Named, groups: Groups): Promise<void> => {
  const names = groupNamesIn(config);
  const unknown = new Set(await groups.unknown([...new Set(names.map(({ name }) => name))]));
  const problems = names.filter(({ name }) => unknown.has(name));
  if (problems.length === 0) return;
  throw new Failure({
    code: 'bad_configuration',
    message: problems
      .map(
        ({ path, name }) =>
          `${path}: There is no group ${name}; add it under \`groups\`, or by \`postern group add ${name}\`.`,
      )
      .join(' '),
    exit: exitCode.configuration,
  });
};
