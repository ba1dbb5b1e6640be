import type { Document } from 'yaml';
import { isTree } from '../path.ts';
import { loadYaml } from './yaml-package.ts';

let loaded: ReturnType<typeof loadYaml> | undefined;

export const yaml = (): ReturnType<typeof loadYaml> => {
  loaded ??= loadYaml();
  return loaded;
};

const maxDepth = 32;

/** The parser returns one object for an anchor and its aliases. This copies it, so that no object contains itself. */
const copyTree = (value: unknown, depth = 0): unknown => {
  if (!isTree(value)) return value;
  if (depth > maxDepth) throw new RangeError('nested too deeply');
  if (Array.isArray(value)) return value.map((one) => copyTree(one, depth + 1));
  // `fromEntries` defines even the key `__proto__`, so that the check for unsafe names sees it.
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyTree(one, depth + 1)]));
};

/** Throws if aliases multiply or nest without end. */
export const toPlainValue = (document: Document.Parsed): unknown =>
  copyTree(document.toJS({ maxAliasCount: 100 }));
