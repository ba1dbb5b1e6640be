import { formatPath, type Path } from '../path.ts';
import type { Node } from '../schema/node.ts';
import type { Mistake } from './mistake.ts';

/** The number of edits between two words. A swap of neighbours is one edit (optimal string alignment). */
const distance = (one: string, other: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = last;
    last = row;
  }
  return last[other.length] ?? 0;
};

const plain = (word: string): string => word.toLowerCase().replaceAll(/[_-]/g, '');

const begins = (one: string, other: string): boolean =>
  Math.min(one.length, other.length) >= 3 && (one.startsWith(other) || other.startsWith(one));

/** The nearest known word, if one is near enough. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > 64) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(plain(word), plain(candidate)) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate ?? known.find((candidate) => begins(plain(word), plain(candidate)));
};

/** The section that has this key: `port` is `listen.port`. */
const elsewhere = (root: Node, key: string): Path | undefined => {
  for (const [name, node] of Object.entries(root.properties ?? {})) {
    const match = Object.keys(node.properties ?? {}).find((candidate) => plain(candidate) === plain(key));
    if (match !== undefined) return [name, match];
  }
  return undefined;
};

/** Suggests a similar key of the same section, or at the top the same key in a section. */
export const unknownKeyMistake = (root: Node, section: Node, path: Path): Mistake => {
  const key = path.at(-1) ?? '';
  const neighbour = nearest(key, Object.keys(section.properties ?? {}));
  const meant = neighbour === undefined ? undefined : [...path.slice(0, -1), neighbour];
  const suggestion = meant ?? (section === root ? elsewhere(root, key) : undefined);
  return {
    message: 'There is no such key.',
    ...(suggestion === undefined ? {} : { suggestion: formatPath(suggestion) }),
  };
};
