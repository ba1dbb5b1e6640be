import { effectiveLeaves, mask } from '../load/effective.ts';
import type { Loaded } from '../load/index.ts';
import { formatPath } from '../path.ts';
import type { Source } from '../problems.ts';
import { nodeOf } from '../schema/build.ts';
import { type Config, schema } from '../sections/index.ts';

export interface EffectiveValue {
  readonly path: string;
  /** Masked where it is a secret. */
  readonly value: unknown;
  readonly source: Source;
}

/** The administration API is no entry of `resources` that an operator could change. */
const withoutRestricted = (config: Config): Config => ({
  ...config,
  resources: config.resources.filter(({ isRestricted }) => !isRestricted),
});

/** All effective values with their sources. Secrets are masked. */
export const effectiveValues = ({ config, sources }: Loaded): readonly EffectiveValue[] =>
  effectiveLeaves(nodeOf(schema), withoutRestricted(config)).map(({ path, value, node, isSecret }) => ({
    path: formatPath(path),
    value: isSecret ? mask(node, value) : value,
    source: sources.get(formatPath(path)) ?? 'default',
  }));

export const formatSource = (source: Source): string =>
  typeof source === 'string' ? source : (Object.values(source)[0] ?? '');
