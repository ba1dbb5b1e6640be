import type { Command as Program } from 'commander';
import type { Flags, Loaded } from '#config';

export interface Output {
  /** Prints the result of a command: `data` with `--json`, `text` without. Called once per command. */
  answer(data: unknown, text: string): void;
  /** Prints a part of a long result that is the same with and without `--json`. Resolves when the next part may follow. */
  stream(text: string): Promise<void>;
  /** Prints a remark on standard error; nothing with `--json`. */
  note(text: string): void;
}

export interface CommandContext {
  readonly output: Output;
  /** Loads the configuration from `--config`, `--set`, the environment and the file. */
  load(flags?: Flags): Loaded;
  /** Called by a command that handles SIGINT and SIGTERM, such as a server that drains. */
  handleOwnSignals(): void;
}

/**
 * Adds a command or a group of commands to `postern`. A command fails by throwing; a `Failure` has an exit code. Heavy
 * modules are imported inside the action, so that the other commands start fast.
 */
export type Command = (program: Program, context: CommandContext) => void;
