import type { Command as Program } from 'commander';
import { configurationFile, type Flags, type Loaded, loadConfig, type Rule } from '#config';
import type { Command, CommandContext } from '#src/command.ts';
import { type ExitCode, exitCode } from '#src/errors.ts';
import { CommandWithIds } from './command-with-ids.ts';
import { formatFailure, isHelpOrVersion, toCommandFailure } from './failures.ts';
import { createOutput, type Streams } from './output.ts';

interface GlobalFlags {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly json?: true;
}

export interface ProcessContext {
  readonly streams: Streams;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly handleOwnSignals: () => void;
}

/** The message of Commander's error after it has printed the usage because the command was missing. */
const usageShownMessage = '(outputHelp)';

const createProgram = ({ out, err }: Streams): Program =>
  new CommandWithIds('postern')
    .description('An OAuth 2 and OpenID Connect authorization server.')
    .option('-c, --config <file>', 'configuration file; default: postern.yaml where it exists')
    .option('-s, --set <path=value>', 'set one key; may be repeated', (one, all: readonly string[] = []) => [
      ...all,
      one,
    ])
    .option('--json', 'answers and errors as JSON')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(false)
    .configureOutput({ writeOut: out, writeErr: err, outputError: () => undefined })
    .exitOverride();

/** Runs the command that `args` name. Commands inherit the settings of the program, so they are added last. */
export const runCommand = async (
  commands: readonly Command[],
  args: readonly string[],
  { streams, env, cwd, handleOwnSignals }: ProcessContext,
): Promise<ExitCode> => {
  const program = createProgram({ ...streams, err: (text) => void (isJson() || streams.err(text)) });
  // An error may precede the parsing of the options, so the text of the command line counts too.
  const isJson = (): boolean => program.opts<GlobalFlags>().json === true || args.includes('--json');
  const load = (flags: Flags = {}, additionalRules: readonly Rule[] = []): Loaded => {
    const { config, set = [] } = program.opts<GlobalFlags>();
    return loadConfig({
      ...(config === undefined ? {} : { file: config }),
      env,
      flags: { ...flags, set: [...set, ...(flags.set ?? [])] },
      cwd,
      additionalRules,
    });
  };
  const context: CommandContext = {
    output: createOutput(streams, isJson),
    load,
    configurationFile() {
      const { config: file } = program.opts<GlobalFlags>();
      return configurationFile({ ...(file === undefined ? {} : { file }), env, cwd });
    },
    async withInstallation(work, { config = load().config, mayCreateStore = false } = {}) {
      const { openInstallation } = await import('./installation.ts');
      return openInstallation({ config, mayCreateStore }, work);
    },
    handleOwnSignals,
  };
  for (const command of commands) command(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode.ok;
  } catch (error) {
    if (isHelpOrVersion(error)) return exitCode.ok;
    const failure = toCommandFailure(error);
    const missing = failure.message === usageShownMessage;
    if (missing && !isJson()) return failure.exit;
    const message = missing ? 'A command is missing: --help lists all commands.' : failure.message;
    streams.err(formatFailure({ ...failure, message }, isJson()));
    return failure.exit;
  }
};
