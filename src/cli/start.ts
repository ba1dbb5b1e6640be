import type { Config } from '#config';
import type { Command, Output } from '#src/command.ts';
import type { Primary } from '#src/workers/index.ts';

interface StartFlags {
  readonly host?: string;
  readonly port?: string;
}

type StopMode = 'drain' | 'now';

interface StopSignals {
  /** Resolves at the first wish to stop. */
  readonly requested: Promise<StopMode>;
  /** Aborted at the second. */
  readonly forced: AbortSignal;
  isRequested(): boolean;
  /** From now on the first process of several says when to stop. */
  followPrimary(primary: Primary): void;
  stopListening(): void;
}

/** SIGTERM comes from a supervisor, with proxies to be told; SIGINT from a person who waits, once more if need be. */
const listenForStop = (): StopSignals => {
  let primary: Primary | undefined;
  const requested = Promise.withResolvers<StopMode>();
  const forced = new AbortController();
  let stopping = false;
  const stop = (how: StopMode): void => {
    if (stopping) forced.abort();
    stopping = true;
    requested.resolve(how);
  };
  const terminate = (): void => (primary && stopping ? undefined : stop('drain'));
  // A terminal signals the whole group: workers wait for what the first process makes of it.
  const interrupt = (): void => (primary ? undefined : stop('now'));
  process.on('SIGTERM', terminate);
  process.on('SIGINT', interrupt);
  return {
    requested: requested.promise,
    forced: forced.signal,
    isRequested: () => stopping,
    followPrimary(one) {
      primary = one;
      one.onStop(stop);
    },
    stopListening() {
      process.off('SIGTERM', terminate);
      process.off('SIGINT', interrupt);
    },
  };
};

const drainSeconds = ({ mode, listen }: Config, how: StopMode): number =>
  how === 'now' ? 0 : (listen.drain_seconds ?? (mode === 'production' ? 3 : 0));

const serveInThisProcess = async (
  config: Config,
  output: Output,
  stops: StopSignals,
  primary: Primary | undefined,
): Promise<void> => {
  const [{ serve }, { greeting }] = await Promise.all([import('../serve.ts'), import('../greeting.ts')]);
  const serving = await serve(config, primary ? { gatherMetrics: primary.gatherMetrics } : {});
  // Nobody was told of a server that had to stop before it stood: there is nobody to wait for.
  if (stops.isRequested()) return serving.stop();
  // Of several workers the first is alone until it is ready: it made the demo and tells of it.
  if (!primary?.isAdditional) output.note(greeting(config, serving.demo));
  primary?.ready();
  await serving.stop(drainSeconds(config, await stops.requested), stops.forced);
};

const superviseWorkers = async (config: Config, stops: StopSignals): Promise<void> => {
  const [{ startWorkers }, { createLogger }] = await Promise.all([
    import('../workers/index.ts'),
    import('../logger.ts'),
  ]);
  const workers = await startWorkers(config, createLogger(config));
  await Promise.race([workers.started, stops.requested]);
  stops.forced.addEventListener('abort', () => void workers.stop('now'));
  await workers.stop(await stops.requested);
};

const serveWithWorkers = async (config: Config, output: Output, stops: StopSignals): Promise<void> => {
  const { connectToPrimary } = await import('../workers/index.ts');
  const primary = connectToPrimary();
  if (!primary) return superviseWorkers(config, stops);
  stops.followPrimary(primary);
  await serveInThisProcess(config, output, stops, primary);
};

export const start: Command = (program, { output, load, handleOwnSignals }) => {
  program
    .command('start')
    .description('run the server')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .action(async (flags: StartFlags) => {
      const { config } = load(flags);
      handleOwnSignals();
      // At once: the first process of a container would never hear a signal that it does not listen for.
      const stops = listenForStop();
      try {
        if (config.listen.workers === 1) await serveInThisProcess(config, output, stops, undefined);
        else await serveWithWorkers(config, output, stops);
      } finally {
        stops.stopListening();
      }
    });
};
