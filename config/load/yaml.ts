import { createRequire } from 'node:module';

type Yaml = typeof import('yaml');

let loaded: Yaml | undefined;

/** The parser costs milliseconds at start: loaded when there is something to parse, synchronously. */
export const yaml = (): Yaml => {
  // `require` knows no types.
  loaded ??= createRequire(import.meta.url)('yaml') as Yaml;
  return loaded;
};
