import { environment } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode } from '#src/errors.ts';
import { run } from './program.ts';

/** The program as a process: streams, signals, exit code. It ends by itself when nothing is left to do. */
export const runProcess = async (commands: readonly Command[]): Promise<void> => {
  const interrupt = (): void => process.exit(exitCode.interrupted);
  process.once('SIGINT', interrupt);
  // `postern config print | head` closes the pipe: that is no fault.
  process.stdout.on('error', () => process.exit(exitCode.ok));
  process.exitCode = await run(commands, process.argv.slice(2), {
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
