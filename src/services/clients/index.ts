/**
 * Clients: who they are, what they may do, their secrets, and the rules a registration must meet. From the
 * configuration first, then from the store. Not here: how a client authenticates on the wire (provider).
 */
export type {
  AddClient,
  ClientMetadata,
  ClientRecord,
  Clients,
  ClientType,
  NewSecret,
} from './client.ts';
export { createClients } from './clients.ts';
export { checkConfiguredClients, incompatibility } from './incompatibility.ts';
export { metadataShapes } from './metadata-names.ts';
export { ClientRefused } from './problem.ts';
export { authenticationMethodOf, needsSecret } from './secret-changes.ts';
export { makeClientSecret } from './stored-secret.ts';
export { clientProblems, shapeProblems } from './validate.ts';
