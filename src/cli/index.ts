/**
 * The commands of `postern`, and the program around them: global flags, output, exit codes. A command of a feature
 * is in that feature's folder and comes through its declaration; the others are here, one file each. To add one here,
 * write its file and a line below.
 */
import type { Command } from '#src/command.ts';

type Commands = Readonly<Record<string, () => Promise<Command>>>;

const commands: Commands = {
  init: async () => (await import('./init/index.ts')).init,
  start: async () => (await import('./start.ts')).start,
  health: async () => (await import('./health.ts')).health,
  config: async () => (await import('./config/index.ts')).config,
  keys: async () => (await import('./keys/index.ts')).keys,
  client: async () => (await import('./client/index.ts')).client,
  account: async () => (await import('./account/index.ts')).account,
  group: async () => (await import('./group/index.ts')).group,
  upstream: async () => (await import('./upstream/index.ts')).upstream,
  admin: async () => (await import('./admin/index.ts')).admin,
  session: async () => (await import('./session/index.ts')).session,
  grant: async () => (await import('./grant/index.ts')).grant,
  audit: async () => (await import('./audit/index.ts')).audit,
  doctor: async () => (await import('./doctor/index.ts')).doctor,
  backup: async () => (await import('./backup.ts')).backup,
};

/** Further subcommands, by the command that they extend: `import keycloak` extends `import` of features/store-copy. */
const subcommands: Commands = {
  import: async () => (await import('./keycloak/index.ts')).importKeycloak,
};

const lastCommands: Commands = {
  version: async () => (await import('./version.ts')).version,
};

/** In the order in which `--help` lists them. */
const allCommands = async (): Promise<Commands> => {
  const { commandsOfFeatures } = await import('#src/features/declarations.ts');
  return { ...commands, ...commandsOfFeatures, ...lastCommands };
};

const isIn = (name: string, table: Commands): boolean => Object.hasOwn(table, name);

const flagsWithValue: readonly string[] = ['-c', '--config', '-s', '--set'];

/** The first argument behind the global flags. It may be no command, as `--help`. */
const firstBehindFlags = (args: readonly string[]): string => {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (flagsWithValue.includes(arg)) at++;
    else if (arg !== '--json' && !/^(-[cs]|--(config|set)=)/.test(arg)) return arg;
  }
  return '';
};

/**
 * Imports the command that is run and no other, so that each starts quickly. Without one, as for `--help`, it imports
 * all.
 */
export const commandsFor = async (args: readonly string[]): Promise<readonly Command[]> => {
  const name = firstBehindFlags(args);
  const own = { ...commands, ...lastCommands };
  const table = isIn(name, own) ? own : await allCommands();
  const named = isIn(name, table) ? table[name] : undefined;
  const further = named ? (subcommands[name] ?? []) : Object.values(subcommands);
  return Promise.all([named ?? Object.values(table), further].flat().map((load) => load()));
};
