/**
 * The configuration: sections, defaults, loading and checks. It is the only reader of the environment, and it depends on
 * nothing else in Postern.
 *
 * To add a key: add it to its section in `sections/` with a description, read it in the code, add rules that span
 * several keys to `checks/`, and renew `postern.schema.json` and docs/configuration.md (a failing test has the commands).
 */
export { type AdminScope, adminAudience, adminScopes } from './admin-api.ts';
export { claimMappingProblems, selfFilledSources } from './checks/claim-mappings.ts';
export { maxGroupsPerAccount } from './checks/groups.ts';
export type { Rule } from './checks/rule.ts';
export { editorSchema } from './describe/editor-schema.ts';
export { type EffectiveValue, effectiveValues, formatSource } from './describe/effective-values.ts';
export { reference } from './describe/reference.ts';
export { environment } from './environment.ts';
export { openidScopes, unknownScopes } from './known-scopes.ts';
export type { Flags } from './load/flags.ts';
export { configurationFile, type Loaded, type LoadOptions, loadConfig } from './load/index.ts';
export { describeReadError } from './load/read-errors.ts';
export { ConfigurationError, type Problem, type Source } from './problems.ts';
export { claimsOfOperators, serverClaims } from './reserved-claims.ts';
export { scopeDescriptions } from './resource-scopes.ts';
export { expectedFormat } from './schema/formats.ts';
export { clientAuthenticationMethods } from './sections/client-authentication-methods.ts';
export type {
  AccountConfig,
  ClientConfig,
  Config,
  ResourceConfig,
  UpstreamConfig,
} from './sections/index.ts';
export { selfFilledClaims } from './self-filled-claims.ts';
export {
  checkStoredUpstream,
  type StoredUpstreamSettings,
  storedUpstreamSchema,
} from './stored-upstreams.ts';
export { nearest } from './validate/nearest.ts';
