/**
 * Makes, links and updates accounts as an upstream describes their people. contract.ts says what can be done, and
 * provisioning.ts makes the commits. gifts.ts says which claims and groups an account gets, link-writes.ts which link it has,
 * and unlink.ts ends both. conflicts.ts tells what another request has done meanwhile.
 */
export type { Provisioning, Unlinking } from './contract.ts';
export { createProvisioning } from './provisioning.ts';
