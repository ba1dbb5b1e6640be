/**
 * Owns clients with their metadata and secrets, and the rules that a registration has to meet. Clients of the
 * configuration come first, then those of the store. How a client authenticates in a request belongs to
 * features/client-authentication, and which grant types exist to the features that bring them.
 *
 * validate.ts lists the rules for every client; each has a file. operator-rules.ts has those that need the rest of the
 * installation. client-lookup.ts answers the engine, clients.ts the operators, and register.ts dynamic registration.
 * PKCE is the metadata `pkce`, checked in grants.ts and applied by the provider.
 */
export { authenticationMethodOf, needsSecret } from './authentication-methods.ts';
export { accountCallbackPath, accountClientId, accountPath, consolePath } from './built-in.ts';
export type {
  AddClient,
  ClientMetadata,
  ClientRecord,
  Clients,
  ClientType,
  NewClient,
  NewSecret,
  Registration,
} from './client.ts';
export { createClients } from './clients.ts';
export { configuredClientProblems } from './configured.ts';
export { idTokenClaimProblems } from './id-token-claims.ts';
export { checkConfiguredClients, incompatibility } from './incompatibility.ts';
export { metadataShapes } from './metadata-names.ts';
export { newClientId } from './new-client.ts';
export { ClientRefused } from './problem.ts';
export { isRegistrationOpen, registrableScopes } from './registrable-scopes.ts';
export { foreignScopes } from './scope-notes.ts';
export { type SectorSource, sectorOf } from './sector.ts';
export { makeClientSecret } from './stored-secret.ts';
export { clientTypeOf } from './type-of.ts';
export { clientTypes, isClientType } from './types.ts';
export { clientProblems, shapeProblems } from './validate.ts';
