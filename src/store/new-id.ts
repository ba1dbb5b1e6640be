import { randomBytes } from 'node:crypto';

/** A random id for a record. It never starts with a dash, which people and shells take for an option. Commands accept older ids that do. */
export const newId = (bytes: number): string => randomBytes(bytes).toString('base64url').replace(/^-/, '_');
