import type { Command as Program } from 'commander';
import type { Flags, Loaded } from '#config';

export interface Output {
  /** The answer of a command: `data` with `--json`, `text` otherwise. Once a command. */
  answer(data: unknown, text: string): void;
  /** A piece of a long answer that is data whatever the flags; resolves when it may be followed by the next. */
  stream(text: string): Promise<void>;
  /** A remark for people, on standard error; nothing with `--json`. */
  note(text: string): void;
}

export interface CommandContext {
  readonly output: Output;
  /** Loads the configuration that `--config`, `--set`, the environment and the file describe, when it is called. */
  load(flags?: Flags): Loaded;
  /** The command ends by itself on SIGINT and SIGTERM, as a server does that drains. */
  handleOwnSignals(): void;
}

/**
 * Adds a command, or a group of them, to `postern`. It fails by throwing: a `Failure` has its own exit code. What is
 * heavy is imported within the action, so that the other commands stay quick.
 */
export type Command = (program: Program, context: CommandContext) => void;
