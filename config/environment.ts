import type { Environment } from './load/environment.ts';

/** The environment variables. No other file reads `process.env`. */
export const environment = (): Environment => ({ ...process.env });
