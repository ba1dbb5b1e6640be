/**
 * The table of commands, one file each, and the program around them: global flags, answers, exit codes. What a command
 * does is decided where its subject lives; here it is only called.
 */
import type { Command } from '#src/command.ts';

const table: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  health: async () => (await import('./health.ts')).health,
  config: async () => (await import('./config/index.ts')).config,
  keys: async () => (await import('./keys/index.ts')).keys,
  client: async () => (await import('./client/index.ts')).client,
  account: async () => (await import('./account/index.ts')).account,
  audit: async () => (await import('./audit/index.ts')).audit,
  doctor: async () => (await import('./doctor.ts')).doctor,
  migrate: async () => (await import('./migrate.ts')).migrate,
  export: async () => (await import('./export.ts')).exportRecords,
  import: async () => (await import('./import.ts')).importRecords,
  version: async () => (await import('./version.ts')).version,
};

/** The one that the arguments begin with, so that a server reads no other; whatever else they are, all of them. */
export const commandsFor = ([first = '']: readonly string[]): Promise<readonly Command[]> => {
  const meant = Object.hasOwn(table, first) ? table[first] : undefined;
  return Promise.all((meant ? [meant] : Object.values(table)).map((load) => load()));
};
