import type { Document, Node } from 'yaml';
import type { Path } from '../path.ts';
import { yaml } from './yaml.ts';

interface Step {
  readonly offset: number | undefined;
  readonly value: unknown;
}

// The parser sets the range of every node that it reads.
const offsetOf = (node: unknown): number | undefined => (node as Node).range?.[0];

const step = (node: unknown, key: string): Step | undefined => {
  const { isMap, isScalar, isSeq } = yaml();
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    return pair && { offset: offsetOf(pair.key), value: pair.value };
  }
  const item = isSeq(node) ? node.items[Number(key)] : undefined;
  return item === undefined ? undefined : { offset: offsetOf(item), value: item };
};

/** The offset of a key in the text, or of the nearest section around it. */
export const locate = (document: Document.Parsed, path: Path): number => {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    const next = step(node, key);
    if (next === undefined) break;
    offset = next.offset ?? offset;
    node = next.value;
  }
  return offset;
};
