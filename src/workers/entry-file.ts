import { fileURLToPath } from 'node:url';

/** The program that a worker process runs. In the bundle packaging/bundle-seams.ts replaces this module. */
export const entryFile = (): string => fileURLToPath(new URL('../cli/main.ts', import.meta.url));
