import { environment } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode } from '#src/errors.ts';
import { rendered } from './failures.ts';
import { run } from './program.ts';

/** The program as a process: streams, signals, exit code. It ends by itself when nothing is left to do. */
export const runProcess = async (commands: readonly Command[]): Promise<void> => {
  const interrupt = (): void => process.exit(exitCode.interrupted);
  process.once('SIGINT', interrupt);
  const args = process.argv.slice(2);
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // `postern config print | head` closes the pipe: that is no fault. A full disk under an export is one.
    if (code === 'EPIPE') process.exit(exitCode.ok);
    const ending = {
      exit: exitCode.failure,
      code: 'output_failed',
      message: `The answer can not be written (${message}): what there is of it is not whole.`,
    };
    process.stderr.write(rendered(ending, args.includes('--json')));
    process.exit(ending.exit);
  });
  // Where nobody listens any more, nobody is told: that stops no server.
  process.stderr.on('error', () => {});
  process.exitCode = await run(commands, args, {
    streams: {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      flow: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    },
    env: environment(),
    cwd: process.cwd(),
    takeSignals: () => process.off('SIGINT', interrupt),
  });
  // Of several workers each has a channel to the first process, which would keep alive one that could not start.
  process.channel?.unref();
};
