import { resolve } from 'node:path';
import { isTree, type Path } from '../path.ts';
import type { Node } from '../schema/node.ts';

/** Makes the names of files absolute. `folderOf` is the folder of the source that set the value. */
export const resolveFileNames = (
  folderOf: (path: Path) => string,
  node: Node,
  value: unknown,
  path: Path = [],
): unknown => {
  if (typeof value === 'string') return node.format === 'file' ? resolve(folderOf(path), value) : value;
  if (!isTree(value)) return value;
  const resolved = (one: unknown, child: Node, key: string): unknown =>
    resolveFileNames(folderOf, child, one, [...path, key]);
  if (Array.isArray(value)) {
    const { items } = node;
    return items ? value.map((one, index) => resolved(one, items, String(index))) : value;
  }
  const { properties } = node;
  if (!properties) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const child = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return [key, child ? resolved(one, child, key) : one];
    }),
  );
};
