/**
 * Owns how a whole store gets into another one: a copy from store to store that can be resumed, and files with the
 * durable records. Records are copied as they are, encrypted; what they mean belongs to the features that wrote them.
 * Its commands are `migrate`, `export`, `import` and `restore`.
 */

export { compareStores } from './compare.ts';
export { completeCopy, copyStore } from './copy.ts';
export { importLines } from './import.ts';
export { assertComplete } from './marker.ts';
