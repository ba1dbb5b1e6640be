import { formatPath, type Path } from '../path.ts';
import type { Node } from '../schema/node.ts';
import type { Mistake } from './mistake.ts';

/** Longer words are no names that a person mistypes. */
const longestWord = 64;
const mostEdits = 6;
/** More than any number of edits. */
const far = 255;
/** A comparison ends before it is waited for, so all of them use the same rows. */
const newRow = (): Uint8Array => new Uint8Array(longestWord + mostEdits + 1);
const rows = [newRow(), newRow(), newRow()] as const;

/**
 * The number of edits between two words, or `far` above the limit. A swap of neighbours is one edit (optimal string
 * alignment). Strangers choose words, so it computes only what can stay within the limit.
 */
const distance = (one: string, other: string, limit: number): number => {
  if (Math.abs(one.length - other.length) > limit) return far;
  let [before, last, row] = rows;
  last.fill(far);
  for (let j = 0; j <= Math.min(limit, other.length); j += 1) last[j] = j;
  for (let i = 1; i <= one.length; i += 1) {
    row.fill(far);
    if (i <= limit) row[0] = i;
    let least = i <= limit ? i : far;
    for (let j = Math.max(1, i - limit); j <= Math.min(other.length, i + limit); j += 1) {
      const same = one.charCodeAt(i - 1) === other.charCodeAt(j - 1);
      const swapped =
        i > 1 &&
        j > 1 &&
        one.charCodeAt(i - 1) === other.charCodeAt(j - 2) &&
        one.charCodeAt(i - 2) === other.charCodeAt(j - 1);
      const edits = Math.min(
        (last[j] ?? far) + 1,
        (row[j - 1] ?? far) + 1,
        (last[j - 1] ?? far) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? far) + 1 : far,
        far,
      );
      row[j] = edits;
      if (edits < least) least = edits;
    }
    if (least > limit) return far;
    [before, last, row] = [last, row, before];
  }
  return last[other.length] ?? far;
};

const plain = (word: string): string => word.toLowerCase().replaceAll(/[_-]/g, '');

const begins = (one: string, other: string): boolean =>
  Math.min(one.length, other.length) >= 3 && (one.startsWith(other) || other.startsWith(one));

/** The nearest known word, if one is near enough. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > longestWord) return undefined;
  const typed = plain(word);
  let found: string | undefined;
  let limit = Math.min(mostEdits, Math.max(1, Math.floor(word.length / 3)));
  for (const candidate of known) {
    const edits = distance(typed, plain(candidate), limit);
    if (edits > limit) continue;
    found = candidate;
    if (edits === 0) return found;
    limit = edits - 1;
  }
  return found ?? known.find((candidate) => begins(typed, plain(candidate)));
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
