/**
 * Puts the sources on top of each other (defaults, file, environment, flags), checks the whole, and reports every
 * mistake together. Writes nothing and prints nothing.
 */
import { rules } from '../checks/index.ts';
import { formatPath, type Path } from '../path.ts';
import { ConfigurationError, type Problem, type Source } from '../problems.ts';
import { nodeOf } from '../schema/build.ts';
import { type Config, schema } from '../sections/index.ts';
import { complete } from '../validate/complete.ts';
import type { Mistake } from '../validate/mistake.ts';
import { effectiveLeaves } from './effective.ts';
import { type Environment, environmentLayer, fileVariable } from './environment.ts';
import { fileLayer } from './file.ts';
import { type Flags, flagLayer } from './flags.ts';
import { mergeLayers, originOf } from './merge-layers.ts';
import { readSecretFiles } from './secret-files.ts';
import { rejectUnsafeNames } from './unsafe-names.ts';

export interface LoadOptions {
  /** `--config FILE`; otherwise POSTERN_CONFIG, otherwise `postern.yaml` where it exists. */
  readonly file?: string;
  readonly env: Environment;
  readonly flags?: Flags;
  readonly cwd: string;
}

export interface Loaded {
  readonly config: Config;
  /** Of every effective value, by its path. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Paths of the secrets that are set: never to be shown. */
  readonly secrets: ReadonlySet<string>;
}

const defaultFile = 'postern.yaml';
const root = nodeOf(schema);

const layersOf = ({ file, env, flags = {}, cwd }: LoadOptions) => {
  const named = file ?? (env[fileVariable] || undefined);
  return [
    fileLayer(named ?? defaultFile, cwd, named !== undefined),
    environmentLayer(root, env, cwd),
    flagLayer(root, flags, cwd),
  ].map(rejectUnsafeNames);
};

/** A port of one's own moves the default issuer along; port 0 is known only once the server listens. */
const withDefaultIssuer = (config: Config, isIssuerSet: boolean): Config => {
  const { port } = config.listen;
  return isIssuerSet || port === 0 ? config : { ...config, issuer: `http://localhost:${port}` };
};

const freezeDeep = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) freezeDeep(one);
  return Object.freeze(value);
};

export const loadConfig = (options: LoadOptions): Loaded => {
  const layers = layersOf(options);
  const merged = mergeLayers(layers);
  const problems: Problem[] = [...layers.flatMap((layer) => layer.problems), ...merged.problems];
  const report = (path: Path, mistake: Mistake): void => {
    const origin = originOf(merged, path);
    const where = origin && (origin.layer.locate?.(path) ?? origin.where);
    problems.push({ path: formatPath(path), ...mistake, ...(where ? { where } : {}) });
  };

  const fromFiles = new Set<string>();
  readSecretFiles({ merged, fromFiles, report }, root, merged.tree);
  const completed = complete({ root, report }, root, merged.tree, []);
  const broken = new Set(problems.map(({ path }) => path.split('.')[0]));
  // `complete` checked every key against the schema that `Config` is derived from; what failed is not looked at below.
  const checked = completed as Config;
  const isIssuerSet = broken.has('listen') || originOf(merged, ['issuer']) !== undefined;
  const config = withDefaultIssuer(checked, isIssuerSet);
  const isFromFile = (path: Path): boolean => fromFiles.has(formatPath(path));
  for (const rule of rules) {
    if (broken.has('') || rule.needs.some((section) => broken.has(section))) continue;
    for (const { path, ...mistake } of rule.check(config, { isFromFile })) report(path, mistake);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);

  const leaves = effectiveLeaves(root, config);
  return {
    config: freezeDeep(config),
    sources: new Map(
      leaves.map(({ path }) => [formatPath(path), originOf(merged, path)?.source ?? 'default'] as const),
    ),
    secrets: new Set(leaves.filter(({ isSecret }) => isSecret).map(({ path }) => formatPath(path))),
  };
};
