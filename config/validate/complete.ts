import type { Path, Tree } from '../path.ts';
import type { Node } from '../schema/node.ts';
import type { Mistake } from './mistake.ts';
import { unknownKeyMistake } from './nearest.ts';
import { checkScalar, describeExpected, kindOf } from './value.ts';

export interface ValidationContext {
  readonly root: Node;
  readonly report: (path: Path, mistake: Mistake) => void;
}

const isObject = (value: unknown): value is Record<string, unknown> => kindOf(value) === 'object';

/** `clients:` with nothing behind it, or only comments, is an empty list; an entry of a list is never nothing. */
const contentOf = (node: Node, value: unknown): unknown => {
  if (value !== null) return value;
  if (node.type === 'array') return [];
  return node.type === 'object' ? {} : null;
};

const completeSection = (
  walk: ValidationContext,
  node: Node,
  value: Record<string, unknown>,
  path: Path,
): Tree => {
  const known = node.properties ?? {};
  for (const key of Object.keys(value))
    if (!Object.hasOwn(known, key))
      walk.report([...path, key], unknownKeyMistake(walk.root, node, [...path, key]));
  const result: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(known)) {
    if (Object.hasOwn(value, key))
      result[key] = complete(walk, property, contentOf(property, value[key]), [...path, key]);
    else if (property.default !== undefined)
      result[key] = complete(walk, property, structuredClone(property.default), [...path, key]);
    else if (node.required?.includes(key))
      walk.report([...path, key], { message: `Is missing: ${describeExpected(property)} is required here.` });
  }
  return result;
};

const completeMap = (
  walk: ValidationContext,
  item: Node,
  value: Record<string, unknown>,
  path: Path,
): Tree => {
  const result: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) result[key] = complete(walk, item, one, [...path, key]);
  return result;
};

const completeList = (
  walk: ValidationContext,
  node: Node,
  item: Node,
  value: readonly unknown[],
  path: Path,
): Tree => {
  if (value.length < (node.minItems ?? 0))
    walk.report(path, { message: `Is empty: at least ${node.minItems} is wanted.` });
  return Array.from(value, (one, index) => complete(walk, item, one, [...path, String(index)]));
};

/** The same value with defaults filled in; every mistake is reported, the walk goes on behind it. */
export const complete = (walk: ValidationContext, node: Node, value: unknown, path: Path): unknown => {
  if (node.anyOf) {
    const branch = node.anyOf.find((one) => one.type === kindOf(value)) ?? node.anyOf[0];
    if (branch?.type !== kindOf(value)) walk.report(path, { message: `Expected ${describeExpected(node)}.` });
    else return complete(walk, branch, value, path);
    return value;
  }
  if (node.type === 'object' && isObject(value)) {
    if (node.properties) return completeSection(walk, node, value, path);
    return completeMap(walk, node.additionalProperties || {}, value, path);
  }
  if (node.type === 'array' && Array.isArray(value))
    return completeList(walk, node, node.items ?? {}, value, path);
  const mistake = checkScalar(node, value);
  if (mistake) walk.report(path, mistake);
  return value;
};
