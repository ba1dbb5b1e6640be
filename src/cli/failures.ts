import { debuglog } from 'node:util';
import { CommanderError } from 'commander';
import { ConfigurationError, type Problem } from '#config';
import { type ExitCode, exitCode, Failure } from '#src/errors.ts';
import { toReadableLines } from '#src/readable-text.ts';
import { StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';

export interface CommandFailure {
  readonly exit: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly Problem[];
}

/** `NODE_DEBUG=postern` prints the stack of an unexpected error. */
const trace = debuglog('postern');

/** Commander throws after it has printed the help. */
export const isHelpOrVersion = (error: unknown): boolean =>
  error instanceof CommanderError && error.exitCode === 0;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

export const toCommandFailure = (error: unknown): CommandFailure => {
  if (error instanceof ConfigurationError) {
    const { code, message, problems } = error;
    return { exit: exitCode.configuration, code, message, problems };
  }
  if (error instanceof CommanderError)
    return { exit: exitCode.usage, code: 'usage', message: error.message.replace(/^error: /, '') };
  // Its own code is the one of RFC 6749, for responses over HTTP.
  if (error instanceof StoreUnavailable)
    return { exit: error.exit, code: 'unavailable', message: sentence(error.message) };
  if (error instanceof StoreUnusable)
    return { exit: error.exit, code: error.code, message: sentence(error.message) };
  if (error instanceof Failure) return { exit: error.exit, code: error.code, message: error.message };
  trace('%s', error instanceof Error ? error.stack : error);
  const what = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown';
  return {
    exit: exitCode.failure,
    code: 'fault',
    message: `Unexpected error: ${sentence(what)} Set NODE_DEBUG=postern for the stack.`,
  };
};

export const formatFailure = ({ exit, ...error }: CommandFailure, isJson: boolean): string =>
  `${isJson ? JSON.stringify({ error }) : `postern: ${toReadableLines(error.message)}`}\n`;
