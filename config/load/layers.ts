import { resolve } from 'node:path';
import type { Rule } from '../checks/rule.ts';
import type { Node } from '../schema/node.ts';
import { type Environment, environmentLayer, fileVariable } from './environment.ts';
import { fileLayer } from './file.ts';
import { type Flags, flagLayer } from './flags.ts';
import type { Layer } from './layer.ts';
import { rejectUnsafeNames } from './unsafe-names.ts';

export interface LoadOptions {
  /** `--config FILE`. Default: POSTERN_CONFIG, or `postern.yaml` if it exists. */
  readonly file?: string;
  readonly env: Environment;
  readonly flags?: Flags;
  readonly cwd: string;
  /** Rules of parts that this folder doesn't know, such as those for clients. They are checked with its own. */
  readonly additionalRules?: readonly Rule[];
}

const defaultFile = 'postern.yaml';

/** The file that the operator named, if any. */
const namedFile = (file: string | undefined, env: Environment): string | undefined =>
  file ?? (env[fileVariable] || undefined);

/** The path of the configuration file, whether it exists or not. */
export const configurationFile = ({ file, env, cwd }: LoadOptions): string =>
  resolve(cwd, namedFile(file, env) ?? defaultFile);

/** The sources in the order in which a later one replaces an earlier one: file, environment, flags. */
export const readLayers = (root: Node, { file, env, flags = {}, cwd }: LoadOptions): readonly Layer[] => {
  const named = namedFile(file, env);
  return [
    fileLayer(named ?? defaultFile, cwd, named !== undefined),
    environmentLayer(root, env, cwd),
    flagLayer(root, flags, cwd),
  ].map(rejectUnsafeNames);
};
