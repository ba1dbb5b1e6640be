/**
 * Owns the ways of a whole store to another place: a copy from store to store that can be taken up again, and files of
 * the durable records. What the records mean is the business of their features; they are moved as they are, sealed.
 */

export { compareStores } from './compare.ts';
export { completeCopy, copyStore } from './copy.ts';
export { exportLines } from './export.ts';
export { importLines } from './import.ts';
export { assertComplete } from './marker.ts';
