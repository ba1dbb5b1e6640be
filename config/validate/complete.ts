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

/** `clients:` without a value is an empty list. */
const contentOf = (node: Node, value: unknown): unknown => {
  if (value !== null) return value;
  if (node.type === 'array') return [];
  return node.type === 'object' ? {} : null;
};

const completeSection = (
  context: ValidationContext,
  node: Node,
  value: Record<string, unknown>,
  path: Path,
): Tree => {
  const known = node.properties ?? {};
  for (const key of Object.keys(value))
    if (!Object.hasOwn(known, key))
      context.report([...path, key], unknownKeyMistake(context.root, node, [...path, key]));
  const result: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(known)) {
    if (Object.hasOwn(value, key))
      result[key] = complete(context, property, contentOf(property, value[key]), [...path, key]);
    else if (property.default !== undefined)
      result[key] = complete(context, property, structuredClone(property.default), [...path, key]);
    else if (node.required?.includes(key))
      context.report([...path, key], {
        message: `Is missing: ${describeExpected(property)} is required here.`,
      });
  }
  return result;
};

const completeMap = (
  context: ValidationContext,
  item: Node,
  value: Record<string, unknown>,
  path: Path,
): Tree => {
  const result: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) result[key] = complete(context, item, one, [...path, key]);
  return result;
};

const completeList = (
  context: ValidationContext,
  node: Node,
  item: Node,
  value: readonly unknown[],
  path: Path,
): Tree => {
  if (value.length < (node.minItems ?? 0))
    context.report(path, { message: `Is empty: at least ${node.minItems} is expected.` });
  return Array.from(value, (one, index) => complete(context, item, one, [...path, String(index)]));
};

/** Returns the value with defaults. It reports every mistake and goes on after it. */
export const complete = (context: ValidationContext, node: Node, value: unknown, path: Path): unknown => {
  if (node.anyOf) {
    const branch = node.anyOf.find((one) => one.type === kindOf(value)) ?? node.anyOf[0];
    if (branch?.type !== kindOf(value))
      context.report(path, { message: `Expected ${describeExpected(node)}.` });
    else return complete(context, branch, value, path);
    return value;
  }
  if (node.type === 'object' && isObject(value)) {
    if (node.properties) return completeSection(context, node, value, path);
    return completeMap(context, node.additionalProperties || {}, value, path);
  }
  if (node.type === 'array' && Array.isArray(value))
    return completeList(context, node, node.items ?? {}, value, path);
  const mistake = checkScalar(node, value);
  if (mistake) context.report(path, mistake);
  return value;
};
