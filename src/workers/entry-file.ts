import { fileURLToPath } from 'node:url';

/**
 * The program that a worker process runs, with the compile cache that bin/postern turns on. In the bundle
 * packaging/bundle-seams.ts replaces this module.
 */
export const entryFile = (): string => fileURLToPath(new URL('../../bin/postern', import.meta.url));
