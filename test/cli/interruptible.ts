import { setTimeout } from 'node:timers/promises';
import { runAsProcess } from '#src/cli/process.ts';

/** A program with two commands: `wait` runs for a minute, and `drain` handles SIGINT and ends itself. */
await runAsProcess([
  (program, { output }) => {
    program.command('wait').action(async () => {
      output.answer({}, 'waiting');
      await setTimeout(60_000);
    });
  },
  (program, { output, handleOwnSignals }) => {
    program.command('drain').action(async () => {
      handleOwnSignals();
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      output.answer({}, 'waiting');
      await setTimeout(60_000, undefined, { signal: stop.signal }).catch(() => undefined);
      output.note('drained');
    });
  },
]);
