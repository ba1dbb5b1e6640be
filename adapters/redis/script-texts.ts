import { readFileSync } from 'node:fs';

const read = (name: string): string =>
  readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');

/** The text of each script. In the bundle packaging/bundle-seams.ts replaces this module. */
export const scriptTexts = {
  commit: read('commit'),
  undo: read('undo'),
  increment: read('increment'),
  prune: read('prune'),
} as const;
