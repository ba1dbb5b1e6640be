import { randomBytes } from 'node:crypto';

/** A random id for a record. It never starts with a dash: a command would parse such an id as an option. */
export const newId = (bytes: number): string => randomBytes(bytes).toString('base64url').replace(/^-/, '_');
