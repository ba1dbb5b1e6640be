import { createRequire } from 'node:module';
import type { Document } from 'yaml';
import { isTree } from '../path.ts';

type Yaml = typeof import('yaml');

let loaded: Yaml | undefined;

/** The parser costs milliseconds at start: loaded when there is something to parse, synchronously. */
export const yaml = (): Yaml => {
  // `require` knows no types.
  loaded ??= createRequire(import.meta.url)('yaml') as Yaml;
  return loaded;
};

const maxDepth = 32;

/** An alias and its anchor are one object to the parser; here each place has its own, and none holds itself. */
const copyTree = (value: unknown, depth = 0): unknown => {
  if (!isTree(value)) return value;
  if (depth > maxDepth) throw new RangeError('nested too deeply');
  if (Array.isArray(value)) return value.map((one) => copyTree(one, depth + 1));
  // `fromEntries` defines keys, `__proto__` as well: it stays visible to the check that refuses it.
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyTree(one, depth + 1)]));
};

/** Throws where aliases multiply or nest without end. */
export const toPlainValue = (document: Document.Parsed): unknown =>
  copyTree(document.toJS({ maxAliasCount: 100 }));
