/**
 * Owns the long look that an operator asks for: configuration, store, keys, clients, and the server as clients see it,
 * through its proxy. It changes nothing; each thing it finds comes with what to do about it.
 */

export { allClients, checkClients } from './clients.ts';
export type { Finding } from './finding.ts';
export { checkKeys } from './keys.ts';
export { checkFromOutside } from './outside.ts';
export { checkSettings } from './settings.ts';
export { checkStore } from './store.ts';
