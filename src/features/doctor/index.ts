/**
 * Owns the long look that an operator asks for: configuration, store, keys, clients, and the server as clients see it,
 * through its proxy. It changes nothing; each thing it finds comes with what to do about it.
 */
export type { Ailment } from './ailment.ts';
export { allClients, lookAtClients } from './clients.ts';
export { lookAtKeys } from './keys.ts';
export { lookFromOutside } from './outside.ts';
export { lookAtSettings } from './settings.ts';
export { lookAtStore } from './store.ts';
