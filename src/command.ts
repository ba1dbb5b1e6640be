import type { Command as Program } from 'commander';
import type { Config, Flags, Loaded, Rule } from '#config';
import { exitCode, Failure } from './errors.ts';
import type { Events } from './events.ts';
import type { Clock, Store } from './store/port.ts';

export interface Output {
  /** Prints the result of a command: `data` with `--json`, `text` without. Called once per command. */
  answer(data: unknown, text: string): void;
  /** Prints a part of a long result that is the same with and without `--json`. Resolves when the next part may follow. */
  stream(text: string): Promise<void>;
  /** Prints a remark on standard error; nothing with `--json`. */
  note(text: string): void;
}

/** What a command works on: the store of a configuration, beside a server that may be running on it. */
export interface Installation {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  /** What a command emits goes to the audit record, with the name of the operator. */
  readonly events: Events;
}

export interface InstallationOptions {
  /** The result of `load` if it is left out. */
  readonly config?: Config;
  /** Few commands may create a store. To the others a mistyped `store.url` would look like an empty one. */
  readonly mayCreateStore?: boolean;
}

export interface CommandContext {
  readonly output: Output;
  /**
   * Loads the configuration from `--config`, `--set`, the environment and the file. `additionalRules` are those of
   * configuration-rules.ts, for commands that need a configuration that a server can start with.
   */
  load(flags?: Flags, additionalRules?: readonly Rule[]): Loaded;
  /** The path of the file that `load` reads, or would read if it existed. */
  configurationFile(): string;
  /** Opens the installation while `work` runs. */
  withInstallation<T>(
    work: (installation: Installation) => Promise<T>,
    options?: InstallationOptions,
  ): Promise<T>;
  /** Called by a command that handles SIGINT and SIGTERM, such as a server that drains. */
  handleOwnSignals(): void;
}

/**
 * Adds a command or a group of commands to `postern`. A command fails by throwing; a `Failure` has an exit code. Heavy
 * modules are imported inside the action, so that the other commands start fast.
 */
export type Command = (program: Program, context: CommandContext) => void;

/** For flags, arguments and input that a command can't use. The message says what to give instead. */
export const usageError = (message: string, cause?: unknown): Failure =>
  new Failure({ code: 'usage', message, exit: exitCode.usage, cause });
