import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '#config';
import { type App, buildApp } from './app.ts';
import { exitCode, Failure } from './errors.ts';
import { createMetrics } from './features/metrics/index.ts';
import { assertComplete } from './features/store-copy/index.ts';
import { createTracing } from './features/tracing/index.ts';
import { createLogger } from './logger.ts';
import { openStore } from './open-store.ts';
import { assertNoDemo, type Demo, demoResource, ensureDemo } from './services/demo-data/index.ts';
import type { OnStoreOperation } from './store/port.ts';

export interface RunningServer {
  readonly app: App;
  readonly demo: Demo | undefined;
  /**
   * Says so on /readyz, takes requests for so many seconds more, lets those under way finish, then lets go of
   * everything. `hurry` ends the seconds.
   */
  stop(graceSeconds?: number, skipGrace?: AbortSignal): Promise<void>;
}

/** The demo's API is known wherever its data may be. */
const withDemoResource = (config: Config): Config => {
  const resource = demoResource(config.issuer);
  const known = config.resources.some(({ audience }) => audience === resource.audience);
  const wanted = config.mode === 'development' && config.demo !== false && !known;
  return wanted ? { ...config, resources: [...config.resources, resource] } : config;
};

/** Ports and rights: what an operator can mend gets a sentence. */
const toListenFailure = (error: unknown, { listen, metrics }: Config): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isMetricsPort = error instanceof Error && 'port' in error && error.port === metrics.port;
  const { host, port } = isMetricsPort ? metrics : listen;
  const where = `${host}:${port}`;
  const key = isMetricsPort ? 'metrics' : 'listen';
  const failure = (message: string, exit: Failure['exit']) =>
    new Failure({ code: 'cannot_listen', message, exit, cause: error });
  if (code === 'EADDRINUSE') {
    const another = isMetricsPort ? 'with metrics.port' : 'with --port or listen.port';
    return failure(
      `${where} is taken by another program: stop it, or choose another port ${another}.`,
      exitCode.conflict,
    );
  }
  if (code === 'EACCES') {
    return failure(`This user may not listen on ${where}: choose a port above 1023.`, exitCode.failure);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return failure(`${host} is not an address of this machine: correct ${key}.host.`, exitCode.configuration);
  }
  return error;
};

/** From the signal to the end of what is still under way; the rest of the twenty seconds is for letting go. */
const closeAllAfterMs = 16_000;
const idleCheckMs = 50;

interface ServeOptions {
  /** Of several processes: asks for the metrics of all. */
  readonly gatherMetrics?: () => Promise<string>;
}

/** Opens the store, builds the house, listens. Whatever was opened is closed again when a later part fails. */
export const serve = async (loaded: Config, { gatherMetrics }: ServeOptions = {}): Promise<RunningServer> => {
  const config = withDemoResource(loaded);
  const clock = Date;
  const log = createLogger(config);
  const metrics = await createMetrics({ config, ...(gatherMetrics && { gatherAll: gatherMetrics }) });
  const tracing = await createTracing(config);
  const store = await openStore(config, clock, { observe: callBoth(metrics.observe, tracing.observe) });
  let app: App | undefined;
  try {
    await assertComplete(store);
    if (config.mode === 'production') await assertNoDemo(store);
    app = await buildApp({ config, store, clock, log, metrics, tracing });
    await app.start();
    await app.server.listen({ host: config.listen.host, port: config.listen.port });
    const { accounts, clients, readiness } = app.services;
    // It takes the time of a password's hash, and until its secrets are told nobody can ask for it.
    const demo = await ensureDemo({ store, config, clock, accounts, clients });
    const open = app;
    return {
      app: open,
      demo,
      async stop(graceSeconds = 0, skipGrace) {
        const begun = Date.now();
        readiness.drain();
        const { connections } = open;
        connections.drain();
        await sleep(graceSeconds * 1000, undefined, signalOf(skipGrace)).catch(() => {});
        // Connections kept open by clients end as soon as nothing is under way on them.
        const idleCheck = setInterval(connections.closeIdle, idleCheckMs);
        const closeAll = setTimeout(connections.closeAll, begun + closeAllAfterMs - Date.now());
        try {
          await open.close();
        } finally {
          clearInterval(idleCheck);
          clearTimeout(closeAll);
          await store.close();
        }
      },
    };
  } catch (error) {
    await app?.close();
    await store.close();
    throw toListenFailure(error, config);
  }
};

const callBoth = (
  first: OnStoreOperation | undefined,
  second: OnStoreOperation | undefined,
): OnStoreOperation | undefined =>
  first && second
    ? (...trip) => {
        first(...trip);
        second(...trip);
      }
    : (first ?? second);

const signalOf = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
