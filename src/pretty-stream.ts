import { createRequire } from 'node:module';

/**
 * Loads the stream that writes readable lines. A server that writes JSON doesn't need it, so it starts faster. In the
 * bundle packaging/bundle-seams.ts replaces this module.
 */
export const loadPrettyStream = (): typeof import('pino-pretty') =>
  createRequire(import.meta.url)('pino-pretty');
