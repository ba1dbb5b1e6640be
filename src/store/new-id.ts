import { randomBytes } from 'node:crypto';

/** A random id of a record. It begins with no dash: a command that is given it would take it for an option. */
export const newId = (bytes: number): string => randomBytes(bytes).toString('base64url').replace(/^-/, '_');
