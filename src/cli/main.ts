import { environment } from '#config';
import { exitCode } from '#src/errors.ts';
import { commands } from './index.ts';
import { run } from './program.ts';

const interrupt = (): void => process.exit(exitCode.interrupted);
process.once('SIGINT', interrupt);

// `postern config print | head` closes the pipe: that is no fault.
process.stdout.on('error', () => process.exit(exitCode.ok));

process.exitCode = await run(commands, process.argv.slice(2), {
  streams: {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  },
  env: environment(),
  cwd: process.cwd(),
  takeSignals: () => process.off('SIGINT', interrupt),
});
