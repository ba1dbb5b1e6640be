import type { Config } from '#config';
import type { Command, Output } from '#src/command.ts';
import type { Primary } from '#src/workers/index.ts';

interface StartFlags {
  readonly host?: string;
  readonly port?: string;
}

type How = 'drain' | 'now';

interface Stops {
  /** Resolves at the first wish to stop. */
  readonly first: Promise<How>;
  /** Aborted at the second. */
  readonly hurry: AbortSignal;
  end(): void;
}

/** SIGTERM comes from a supervisor, with proxies to be told; SIGINT from a person who waits, once more if need be. */
const listenForStop = (primary: Primary | undefined): Stops => {
  const first = Promise.withResolvers<How>();
  const hurry = new AbortController();
  let stopping = false;
  const stop = (how: How): void => {
    if (stopping) hurry.abort();
    stopping = true;
    first.resolve(how);
  };
  const terminate = (): void => (primary && stopping ? undefined : stop('drain'));
  // A terminal signals the whole group: workers wait for what the first process makes of it.
  const interrupt = (): void => (primary ? undefined : stop('now'));
  process.on('SIGTERM', terminate);
  process.on('SIGINT', interrupt);
  primary?.onStop(stop);
  return {
    first: first.promise,
    hurry: hurry.signal,
    end() {
      process.off('SIGTERM', terminate);
      process.off('SIGINT', interrupt);
    },
  };
};

const graceOf = ({ mode, listen }: Config, how: How): number =>
  how === 'now' ? 0 : (listen.drain_seconds ?? (mode === 'production' ? 3 : 0));

const serveAlone = async (config: Config, output: Output, primary: Primary | undefined): Promise<void> => {
  const [{ serve }, { greeting }] = await Promise.all([import('../serve.ts'), import('../greeting.ts')]);
  const stops = listenForStop(primary);
  try {
    const serving = await serve(config, primary ? { gatherMetrics: primary.gatherMetrics } : {});
    // Of several workers the first is alone until it is ready: it made the demo and tells of it.
    if (!primary?.isLater) output.note(greeting(config, serving.demo));
    primary?.ready();
    await serving.stop(graceOf(config, await stops.first), stops.hurry);
  } finally {
    stops.end();
    primary?.leave();
  }
};

const superviseWorkers = async (config: Config): Promise<void> => {
  const [{ startWorkers }, { createLog }] = await Promise.all([
    import('../workers/index.ts'),
    import('../log.ts'),
  ]);
  const stops = listenForStop(undefined);
  try {
    const workers = await startWorkers(config, createLog(config));
    stops.hurry.addEventListener('abort', () => void workers.stop('now'));
    await workers.stop(await stops.first);
  } finally {
    stops.end();
  }
};

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
        takeSignals();
        if (config.listen.workers === 1) return serveAlone(config, output, undefined);
        const { primaryOf } = await import('../workers/index.ts');
        const primary = primaryOf();
        return primary ? serveAlone(config, output, primary) : superviseWorkers(config);
      });
  },
};
