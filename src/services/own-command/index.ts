/**
 * Owns how a person runs a command of this installation, for pages and for the summary of a start: the program as it was
 * started, with the same configuration file.
 */
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, environment } from '#config';

interface RunningProcess {
  /** The script that Node runs, as in `process.argv`. */
  readonly script: string;
  /** The arguments after it. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** The folders in which a shell looks for commands. */
  readonly path: string;
}

const thisProcess = (): RunningProcess => ({
  script: process.argv[1] ?? '',
  args: process.argv.slice(2),
  cwd: process.cwd(),
  path: environment()['PATH'] ?? '',
});

const quoted = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The script of a checkout or of an installed package, below the folder that has either. */
const installedScript =
  /^(.*?)\/(?:(node_modules\/(?:\.bin\/postern$|postern\/))|bin\/postern$|src\/(?:cli\/)?main\.[jt]s$)/;

const programOf = ({ script, cwd, path }: RunningProcess): string => {
  if (script.endsWith('.cjs')) return `node ${quoted(relative(cwd, script))}`;
  const folder = dirname(script);
  // npx adds the folder of a package's commands, which the shell of the person doesn't have.
  const isOnPath = path.split(delimiter).includes(folder) && !folder.endsWith(join('node_modules', '.bin'));
  if (isOnPath && basename(script) === 'postern') return 'postern';
  const [found, home = '', isPackage] = installedScript.exec(script) ?? [];
  // In any other folder npx would ask the registry for a package of this name.
  if (found === undefined || home === cwd) return 'npx postern';
  return quoted(relative(cwd, join(home, isPackage ? 'node_modules/.bin/postern' : 'bin/postern')));
};

/** What a person types, in the folder where this server was started, to run a command with the same configuration. */
export const ownCommand = (command: string, running: RunningProcess = thisProcess()): string => {
  const { values } = parseArgs({
    args: [...running.args],
    options: { config: { type: 'string', short: 'c' } },
    strict: false,
  });
  const { config } = values;
  return [
    programOf(running),
    ...(typeof config === 'string' ? ['--config', quoted(config)] : []),
    command,
  ].join(' ');
};

/**
 * The command that makes an administrator of a server in development. Undefined where none can: no group gives the role,
 * or the store is in the memory of the server.
 */
export const administratorCommand = (
  { mode, admin, store }: Pick<Config, 'mode' | 'admin' | 'store'>,
  running?: RunningProcess,
): string | undefined => {
  const canInvite = admin.groups.admin.length > 0 && !store.url.startsWith('memory:');
  if (mode !== 'development' || !admin.enabled || !canInvite) return undefined;
  return ownCommand('admin invite you@example.com', running);
};
