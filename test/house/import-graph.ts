import { dirname, join, normalize } from 'node:path';
import type { Source } from './sources.ts';

const aliases: Readonly<Record<string, string>> = { '#config': 'config/index.ts' };

/** The specifiers of all imports, those of types included. */
export const importsOf = ({ text }: Source): readonly string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '');

/** The file of this repository that a specifier stands for; undefined for packages. */
export const importedFile = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (specifier.startsWith('#')) return aliases[specifier] ?? specifier.slice(1);
  return undefined;
};
