import type { Path } from '../path.ts';
import { mayBeInFile, type Node } from './node.ts';

export type Found =
  | { readonly kind: 'node'; readonly node: Node }
  /** `<key>_file`: the name of a file that contains the secret `key`. */
  | { readonly kind: 'file' }
  /** There is no such key. `section` was reached, and the last name of `path` is unknown there. */
  | { readonly kind: 'unknown'; readonly section: Node; readonly path: Path };

const propertyOf = (node: Node, key: string): Node | undefined =>
  node.properties !== undefined && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;

const step = (node: Node, key: string): Node | undefined => {
  if (node.anyOf) return node.anyOf.map((one) => step(one, key)).find((one) => one !== undefined);
  if (node.properties) return propertyOf(node, key);
  if (node.items) return /^(0|[1-9]\d{0,3})$/.test(key) ? node.items : undefined;
  if (node.additionalProperties) return node.additionalProperties;
  // Any key is allowed below a value of any type.
  return node.type === undefined ? node : undefined;
};

/** The key whose secret the file key `key` names, if it is one. */
export const secretOfFileKey = (node: Node, key: string): string | undefined => {
  const name = key.endsWith('_file') ? key.slice(0, -'_file'.length) : '';
  const secret = propertyOf(node, name);
  return secret !== undefined && mayBeInFile(secret) ? name : undefined;
};

export const lookup = (root: Node, path: Path): Found => {
  let node = root;
  for (const [index, key] of path.entries()) {
    const next = step(node, key);
    if (next === undefined) {
      const isFile = index === path.length - 1 && secretOfFileKey(node, key) !== undefined;
      return isFile ? { kind: 'file' } : { kind: 'unknown', section: node, path: path.slice(0, index + 1) };
    }
    node = next;
  }
  return { kind: 'node', node };
};
