import { once } from 'node:events';
import type { Command } from '#src/command.ts';

interface StartFlags {
  readonly host?: string;
  readonly port?: string;
}

export const start: Command = {
  name: 'start',
  register(program, { output, load, takeSignals }) {
    program
      .command('start')
      .description('run the server')
      .option('--host <address>', 'address to listen on')
      .option('--port <number>', 'port to listen on')
      .action(async (flags: StartFlags) => {
        const { config } = load(flags);
        const [{ serve }, { greeting }] = await Promise.all([
          import('../serve.ts'),
          import('../greeting.ts'),
        ]);
        takeSignals();
        const stopping = new AbortController();
        const signalled = Promise.race(
          ['SIGTERM', 'SIGINT'].map((signal) => once(process, signal, { signal: stopping.signal })),
        );
        try {
          const serving = await serve(config);
          output.note(greeting(config, serving.demo));
          await signalled;
          await serving.stop();
        } finally {
          stopping.abort();
          await signalled.catch(() => {});
        }
      });
  },
};
