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
  wished(): boolean;
  /** From now on the first process of several says when to stop. */
  follow(primary: Primary): void;
  end(): void;
}

/** SIGTERM comes from a supervisor, with proxies to be told; SIGINT from a person who waits, once more if need be. */
const listenForStop = (): Stops => {
  let primary: Primary | undefined;
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
  return {
    first: first.promise,
    hurry: hurry.signal,
    wished: () => stopping,
    follow(one) {
      primary = one;
      one.onStop(stop);
    },
    end() {
      process.off('SIGTERM', terminate);
      process.off('SIGINT', interrupt);
    },
  };
};

const graceOf = ({ mode, listen }: Config, how: How): number =>
  how === 'now' ? 0 : (listen.drain_seconds ?? (mode === 'production' ? 3 : 0));

const serveAlone = async (
  config: Config,
  output: Output,
  stops: Stops,
  primary: Primary | undefined,
): Promise<void> => {
  const [{ serve }, { greeting }] = await Promise.all([import('../serve.ts'), import('../greeting.ts')]);
  const serving = await serve(config, primary ? { gatherMetrics: primary.gatherMetrics } : {});
  // Nobody was told of a server that had to stop before it stood: there is nobody to wait for.
  if (stops.wished()) return serving.stop();
  // Of several workers the first is alone until it is ready: it made the demo and tells of it.
  if (!primary?.isLater) output.note(greeting(config, serving.demo));
  primary?.ready();
  await serving.stop(graceOf(config, await stops.first), stops.hurry);
};

const superviseWorkers = async (config: Config, stops: Stops): Promise<void> => {
  const [{ startWorkers }, { createLog }] = await Promise.all([
    import('../workers/index.ts'),
    import('../log.ts'),
  ]);
  const workers = await startWorkers(config, createLog(config));
  await Promise.race([workers.started, stops.first]);
  stops.hurry.addEventListener('abort', () => void workers.stop('now'));
  await workers.stop(await stops.first);
};

const serveAsOneOfSeveral = async (config: Config, output: Output, stops: Stops): Promise<void> => {
  const { primaryOf } = await import('../workers/index.ts');
  const primary = primaryOf();
  if (!primary) return superviseWorkers(config, stops);
  stops.follow(primary);
  await serveAlone(config, output, stops, primary);
};

export const start: Command = (program, { output, load, takeSignals }) => {
  program
    .command('start')
    .description('run the server')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .action(async (flags: StartFlags) => {
      const { config } = load(flags);
      takeSignals();
      // At once: the first process of a container would never hear a signal that it does not listen for.
      const stops = listenForStop();
      try {
        if (config.listen.workers === 1) await serveAlone(config, output, stops, undefined);
        else await serveAsOneOfSeveral(config, output, stops);
      } finally {
        stops.end();
      }
    });
};
