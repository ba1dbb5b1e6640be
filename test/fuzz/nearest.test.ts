import fc from 'fast-check';
import t from 'tap';
import { nearest } from '#config';

/** The number of edits, a swap of neighbours being one, computed without any bound. */
const editsBetween = (one: string, other: string): number => {
  const table = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  const at = (i: number, j: number): number => table[i]?.[j] ?? Infinity;
  for (let i = 0; i <= one.length; i += 1)
    for (let j = 0; j <= other.length; j += 1) {
      const row = table[i];
      if (!row) continue;
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] =
        Math.min(i, j) === 0
          ? Math.max(i, j)
          : Math.min(
              at(i - 1, j) + 1,
              at(i, j - 1) + 1,
              at(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1),
              isSwap ? at(i - 2, j - 2) + 1 : Infinity,
            );
    }
  return at(one.length, other.length);
};

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 20 });

t.test(
  'the word with the fewest edits is suggested, if six edits, and a third of the word, are enough',
  async (t) => {
    const runs = 2_000 * Number(process.env['FUZZ_TIMES'] ?? 1);
    fc.assert(
      fc.property(word, fc.array(word, { minLength: 1, maxLength: 5 }), (typed, known) => {
        const limit = Math.min(6, Math.max(1, Math.floor(typed.length / 3)));
        const fewest = Math.min(...known.map((one) => editsBetween(typed, one)));
        if (fewest > limit) return true;
        const found = nearest(typed, known);
        return found !== undefined && editsBetween(typed, found) === fewest;
      }),
      { numRuns: runs },
    );
    t.pass('each suggestion is the nearest');
  },
);
