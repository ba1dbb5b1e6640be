/**
 * What an operator may set: sections, defaults, loading and checks, and the only reader of the environment. It knows
 * nothing of the rest of the house, and decides nothing that isn't written by the operator.
 */
export { editorSchema } from './describe/editor-schema.ts';
export { effectiveValues, formatSource } from './describe/effective-values.ts';
export { reference } from './describe/reference.ts';
export { environment } from './environment.ts';
export type { Flags } from './load/flags.ts';
export { type Loaded, type LoadOptions, loadConfig } from './load/index.ts';
export { ConfigurationError, type Problem, type Source } from './problems.ts';
export { clientAuthenticationMethods } from './sections/client-authentication-methods.ts';
export type { AccountConfig, ClientConfig, Config, ResourceConfig } from './sections/index.ts';
