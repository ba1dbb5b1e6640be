/**
 * What an operator may set: sections, defaults, loading and checks, and the only reader of the environment. It knows
 * nothing of the rest of the house, and decides nothing that isn't written by the operator.
 */
export type { AccountConfig, ClientConfig, Config, ResourceConfig } from './sections/index.ts';
