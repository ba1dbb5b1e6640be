import { environment } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode } from '#src/errors.ts';
import { formatFailure } from './failures.ts';
import { runCommand } from './program.ts';

/** The program as a process: streams, signals, exit code. It ends by itself when nothing is left to do. */
export const runAsProcess = async (commands: readonly Command[]): Promise<void> => {
  const interrupt = (): void => process.exit(exitCode.interrupted);
  process.once('SIGINT', interrupt);
  const args = process.argv.slice(2);
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // `postern config print | head` closes the pipe: that is no fault. A full disk under an export is one.
    if (code === 'EPIPE') process.exit(exitCode.ok);
    const failure = {
      exit: exitCode.failure,
      code: 'output_failed',
      message: `The answer can not be written (${message}): what there is of it is not whole.`,
    };
    process.stderr.write(formatFailure(failure, args.includes('--json')));
    process.exit(failure.exit);
  });
  // Where nobody listens any more, nobody is told: that stops no server.
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
  // Of several workers each has a channel to the first process, which would keep alive one that could not start.
  process.channel?.unref();
};
