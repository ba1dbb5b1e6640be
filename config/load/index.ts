/**
 * Loads the configuration: merges the sources (defaults, file, environment, flags), checks the result and reports all
 * mistakes together. It writes nothing and prints nothing.
 */
import { withAdminApi } from '../admin-api.ts';
import { rules } from '../checks/index.ts';
import type { Finding, Rule } from '../checks/rule.ts';
import { formatPath, type Path } from '../path.ts';
import { ConfigurationError, type Problem, type Source } from '../problems.ts';
import { toConfig } from '../resource-scopes.ts';
import { nodeOf } from '../schema/build.ts';
import { type Config, type EnteredConfig, schema } from '../sections/index.ts';
import { complete } from '../validate/complete.ts';
import type { Mistake } from '../validate/mistake.ts';
import { withDefaultIssuer } from './default-issuer.ts';
import { effectiveLeaves } from './effective.ts';
import { resolveFileNames } from './file-names.ts';
import { freezeDeep } from './freeze.ts';
import { type LoadOptions, readLayers } from './layers.ts';
import { mergeLayers, originOf } from './merge-layers.ts';
import { readSecretFiles } from './secret-files.ts';

export { configurationFile, type LoadOptions } from './layers.ts';

export interface Loaded {
  readonly config: Config;
  /** The source of every effective value, by its path. */
  readonly sources: ReadonlyMap<string, Source>;
  /** The paths of the secrets that are set. They must not be shown. */
  readonly secrets: ReadonlySet<string>;
  /** The files that secrets were read from, by the path of the secret. */
  readonly secretFiles: ReadonlyMap<string, string>;
}

const root = nodeOf(schema);

export const loadConfig = (options: LoadOptions): Loaded => {
  const merged = mergeLayers(readLayers(root, options));
  const problems: Problem[] = [...merged.problems];
  const report = (path: Path, mistake: Mistake): void => {
    const origin = originOf(merged, path);
    const where = origin && (origin.layer.locate?.(path) ?? origin.where);
    problems.push({ path: formatPath(path), ...mistake, ...(where ? { where } : {}) });
  };

  const fromFiles = new Map<string, string>();
  readSecretFiles({ merged, fromFiles, report }, root, merged.tree);
  const completed = resolveFileNames(
    (path) => originOf(merged, path)?.layer.folder ?? '.',
    root,
    complete({ root, report }, root, merged.tree, []),
  );
  // `complete` checked every key against the schema of `Config`. Sections with mistakes are not used below.
  const entered = completed as EnteredConfig;
  const broken = new Set(problems.map(({ path }) => path.split('.')[0]));
  // Rules that need a broken section don't run.
  const checked = ['', 'admin', 'resources'].some((name) => broken.has(name))
    ? (completed as Config)
    : toConfig(entered);
  const isIssuerSet = broken.has('listen') || originOf(merged, ['issuer']) !== undefined;
  const withIssuer = isIssuerSet ? checked : withDefaultIssuer(checked);
  const needsOfAdmin = ['', 'mode', 'issuer', 'listen', 'keys', 'resources', 'admin'];
  const config = needsOfAdmin.some((name) => broken.has(name)) ? withIssuer : withAdminApi(withIssuer);
  const isFromFile = (path: Path): boolean => fromFiles.has(formatPath(path));
  const findingsOf = (rule: Rule): readonly Finding[] =>
    broken.has('') || rule.needs.some((section) => broken.has(section))
      ? []
      : rule.check(config, { isFromFile });
  for (const { path, ...mistake } of rules.flatMap(findingsOf)) report(path, mistake);
  const reported = new Set(problems.map(({ path }) => path));
  for (const { path, ...mistake } of (options.additionalRules ?? []).flatMap(findingsOf))
    if (!reported.has(formatPath(path))) report(path, mistake);
  if (problems.length > 0) throw new ConfigurationError(problems);

  const leaves = effectiveLeaves(root, { ...config, resources: entered.resources });
  return {
    config: freezeDeep(config),
    sources: new Map(
      leaves.map(({ path }) => [formatPath(path), originOf(merged, path)?.source ?? 'default'] as const),
    ),
    secrets: new Set(leaves.filter(({ isSecret }) => isSecret).map(({ path }) => formatPath(path))),
    secretFiles: fromFiles,
  };
};
