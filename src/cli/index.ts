/**
 * The commands of `postern`, and the program around them: global flags, output, exit codes. A command of a feature
 * is in that feature's folder and comes through its declaration; the others are here, one file each.
 */
import type { Command } from '#src/command.ts';
import { commandsOfFeatures } from '#src/features/declarations.ts';

/** In the order in which `--help` lists them. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  health: async () => (await import('./health.ts')).health,
  config: async () => (await import('./config/index.ts')).config,
  keys: async () => (await import('./keys/index.ts')).keys,
  client: async () => (await import('./client/index.ts')).client,
  account: async () => (await import('./account/index.ts')).account,
  audit: async () => (await import('./audit/index.ts')).audit,
  doctor: async () => (await import('./doctor/index.ts')).doctor,
  ...commandsOfFeatures,
  version: async () => (await import('./version.ts')).version,
};

/**
 * Imports the command that the arguments begin with and no other, so that each starts quickly. Arguments that begin
 * otherwise, as `--help`, need all of them.
 */
export const commandsFor = ([first = '']: readonly string[]): Promise<readonly Command[]> => {
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return Promise.all((named ? [named] : Object.values(commands)).map((load) => load()));
};
