import type { IndexEntry } from '../../store/port.ts';

/** The beginning of a text is enough to find it, and each entry costs memory in Redis. */
const maxLength = 64;

/** Another spelling of a text is the same for a search: compatibility forms, case and spaces are folded. */
export const searchText = (text: string): string => {
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC');
  // Characters that aren't shown, and those that aren't assigned.
  const plain = folded.replace(/[\p{C}\s]+/gu, ' ').trimStart();
  return [...plain].slice(0, maxLength).join('');
};

/** What a record is found by: each text once. */
export const searchTexts = (texts: readonly unknown[]): readonly string[] => {
  const found = texts.flatMap((text) => (typeof text === 'string' ? [searchText(text).trimEnd()] : []));
  return [...new Set(found)].filter((text) => text !== '');
};

export const searchEntries = (index: string, texts: readonly string[]): readonly IndexEntry[] =>
  texts.map((of) => ({ index, of, at: 0, byText: true }));
