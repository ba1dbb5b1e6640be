import { globSync, readFileSync } from 'node:fs';

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Reads the files of the patterns. It throws when a pattern finds none, so that a moved folder can't pass unread. */
export const readSources = (...patterns: readonly string[]): readonly Source[] =>
  patterns.flatMap((pattern) => {
    const files = globSync(pattern);
    if (files.length === 0) throw new Error(`no file matches ${pattern}`);
    return files.sort().map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  });

/** The code that an installation runs. */
export const shippedSources = (): readonly Source[] =>
  readSources('config/**/*.ts', 'adapters/**/*.ts', 'src/**/*.{ts,js}');

/** Returns where the pattern matches, as `file:line: text`. */
export const matchesIn = (sources: readonly Source[], pattern: RegExp): readonly string[] =>
  sources.flatMap(({ file, text }) =>
    [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].map(({ index }) => {
      const line = text.slice(0, index).split('\n').length;
      return `${file}:${line}: ${text.split('\n')[line - 1]?.trim()}`;
    }),
  );
