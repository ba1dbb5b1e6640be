import { createRequire } from 'node:module';

/**
 * Loading the parser takes milliseconds, so it is loaded when there is something to parse. In the bundle
 * packaging/bundle-seams.ts replaces this module.
 */
export const loadYaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml');
