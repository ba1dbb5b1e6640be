import type { Path } from '../path.ts';
import type { Problem } from '../problems.ts';
import { lookup } from '../schema/lookup.ts';
import type { Node } from '../schema/node.ts';
import { nearest, unknownKeyMistake } from '../validate/nearest.ts';
import type { Assignment, Layer } from './layer.ts';
import { parseValue } from './value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'POSTERN_';
export const fileVariable = 'POSTERN_CONFIG';

export const variableOf = (path: Path): string => prefix + path.map((key) => key.toUpperCase()).join('__');

/** Kubernetes sets these variables for a Service named `postern` or `postern-…`. They are not settings. */
const isServiceLink = (name: string, value: string): boolean =>
  !name.includes('__') &&
  (/_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name) ||
    /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)));

const leafPaths = (node: Node, path: Path = []): Path[] =>
  node.properties && (node.default !== undefined || path.length === 0)
    ? Object.entries(node.properties).flatMap(([key, one]) => leafPaths(one, [...path, key]))
    : [path];

const withoutUnderscores = (name: string): string => name.replaceAll('_', '');

/** Tries a single underscore instead of two, then the same key in a section, then the nearest name. */
const suggestionFor = (root: Node, name: string, path: Path): string | undefined => {
  const known = leafPaths(root).map(variableOf);
  const sameLetters = known.find((variable) => withoutUnderscores(variable) === withoutUnderscores(name));
  if (sameLetters) return sameLetters;
  const found = lookup(root, path);
  const { suggestion } = found.kind === 'unknown' ? unknownKeyMistake(root, found.section, found.path) : {};
  return suggestion === undefined ? nearest(name, known) : variableOf(suggestion.split('.'));
};

const unknownVariable = (root: Node, name: string, path: Path): Problem => {
  const suggestion = suggestionFor(root, name, path);
  return {
    path: name,
    message: 'There is no such key for this variable.',
    ...(suggestion === undefined ? {} : { suggestion }),
  };
};

/** `POSTERN_STORE__URL` sets `store.url`. An empty variable counts as not set. */
export const environmentLayer = (root: Node, env: Environment, cwd: string): Layer => {
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(prefix) || name === fileVariable || value === undefined || value === '') continue;
    if (isServiceLink(name, value)) continue;
    const path = name.slice(prefix.length).toLowerCase().split('__');
    const found = lookup(root, path);
    if (found.kind === 'unknown') problems.push(unknownVariable(root, name, path));
    else {
      const parsed = found.kind === 'file' ? value : parseValue(value, found.node);
      assignments.push({ path, value: parsed, source: { env: name }, where: name });
    }
  }
  return { folder: cwd, assignments, problems };
};
