import { environment } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode } from '#src/errors.ts';
import { formatFailure } from './failures.ts';
import { runCommand } from './program.ts';

/** Connects the program to the streams, signals and exit code of this process. */
export const runAsProcess = async (commands: readonly Command[]): Promise<void> => {
  const interrupt = (): void => process.exit(exitCode.interrupted);
  process.once('SIGINT', interrupt);
  const args = process.argv.slice(2);
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // `postern config print | head` closes the pipe, which is not an error. A full disk under an export is one.
    if (code === 'EPIPE') process.exit(exitCode.ok);
    const failure = {
      exit: exitCode.failure,
      code: 'output_failed',
      message: `The answer can not be written (${message}): what there is of it is not whole.`,
    };
    process.stderr.write(formatFailure(failure, args.includes('--json')));
    process.exit(failure.exit);
  });
  // A server goes on when its standard error is closed.
  process.stderr.on('error', () => {});
  process.exitCode = await runCommand(commands, args, {
    streams: {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      outAndWait: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    },
    env: environment(),
    cwd: process.cwd(),
    handleOwnSignals: () => process.off('SIGINT', interrupt),
  });
  // A worker has a channel to its primary process, which would keep it alive after it failed to start.
  process.channel?.unref();
};
