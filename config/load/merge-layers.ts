import { child, formatPath, isTree, type Path, type Tree } from '../path.ts';
import type { Problem, Source } from '../problems.ts';
import type { Assignment, Layer } from './layer.ts';

interface Origin {
  readonly path: Path;
  readonly source: Source;
  readonly where: string;
  readonly layer: Layer;
}

/** The values of all sources, and the source of each value. */
export interface MergedLayers {
  readonly tree: Tree;
  readonly origins: Map<string, Origin>;
  readonly problems: Problem[];
}

/** `password` and `password_file` set the same value, so a later source replaces both. */
const alternativeSpelling = (path: Path): Path => {
  const key = path.at(-1) ?? '';
  const other = key.endsWith('_file') ? key.slice(0, -'_file'.length) : `${key}_file`;
  return [...path.slice(0, -1), other];
};

const isBelow = (path: string, parent: string): boolean => path.startsWith(`${parent}.`);

const dropOrigins = ({ origins }: MergedLayers, path: string): void => {
  for (const known of origins.keys()) if (known === path || isBelow(known, path)) origins.delete(known);
};

/** `gap`: the list would have an entry that no source sets. `wrong`: the schema check will report it. */
type Obstacle = 'gap' | 'wrong';

const setChild = (parent: Tree, key: string, value: unknown): Obstacle | undefined => {
  if (!Array.isArray(parent)) parent[key] = value;
  else if (!/^\d+$/.test(key)) return 'wrong';
  else if (Number(key) > parent.length) return 'gap';
  else parent[Number(key)] = value;
  return undefined;
};

const parentOf = (tree: Tree, path: Path): Tree | Obstacle => {
  let parent: Tree = tree;
  for (const [index, key] of path.slice(0, -1).entries()) {
    let next = child(parent, key);
    if (next === undefined || next === null) {
      next = /^\d+$/.test(path[index + 1] ?? '') ? [] : {};
      const obstacle = setChild(parent, key, next);
      if (obstacle) return obstacle;
    }
    if (!isTree(next)) return 'wrong';
    parent = next;
  }
  return parent;
};

const removeAlternative = (merged: MergedLayers, parent: Tree, { path }: Assignment, layer: Layer): void => {
  const other = alternativeSpelling(path);
  const key = other.at(-1) ?? '';
  if (Array.isArray(parent) || !Object.hasOwn(parent, key)) return;
  // Two spellings in one source are a mistake, which is reported when the secret file is read.
  if (originOf(merged, other)?.layer === layer) return;
  delete parent[key];
  dropOrigins(merged, formatPath(other));
};

const assign = (merged: MergedLayers, layer: Layer, assignment: Assignment): void => {
  const { path, value, source, where } = assignment;
  const parent = parentOf(merged.tree, path);
  if (isTree(parent)) removeAlternative(merged, parent, assignment, layer);
  const obstacle = isTree(parent) ? setChild(parent, path.at(-1) ?? '', value) : parent;
  if (obstacle === 'gap') {
    const message = 'The list is shorter than that: positions count from 0 without gaps.';
    merged.problems.push({ path: formatPath(path), message, where });
  }
  if (obstacle) return;
  dropOrigins(merged, formatPath(path));
  merged.origins.set(formatPath(path), { path, source, where, layer });
};

/** The source of a key: of the key itself, else of a section around it, else of a key in it. */
export const originOf = ({ origins }: MergedLayers, path: Path): Origin | undefined => {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(formatPath(path.slice(0, length)));
    if (origin) return origin;
  }
  for (const [known, origin] of origins) if (isBelow(known, formatPath(path))) return origin;
  return undefined;
};

export const mergeLayers = (layers: readonly Layer[]): MergedLayers => {
  const merged: MergedLayers = {
    tree: {},
    origins: new Map(),
    problems: layers.flatMap((layer) => layer.problems),
  };
  for (const layer of layers) for (const assignment of layer.assignments) assign(merged, layer, assignment);
  return merged;
};
