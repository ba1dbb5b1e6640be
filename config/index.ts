/**
 * What an operator may set: sections, defaults, loading and checks, and the only reader of the environment. It knows
 * nothing of the rest of the house, and decides nothing that isn't written by the operator.
 */
export { environment } from './environment.ts';
export { type Loaded, type LoadOptions, loadConfig } from './load/index.ts';
export { ConfigurationError, type Problem, type Source } from './problems.ts';
export type { AccountConfig, ClientConfig, Config, ResourceConfig } from './sections/index.ts';
