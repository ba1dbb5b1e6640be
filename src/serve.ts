import type { Config, EffectiveValue } from '#config';
import { type App, buildApp } from './app/index.ts';
import { createMetrics } from './features/metrics/index.ts';
import { assertComplete } from './features/store-copy/index.ts';
import { createTracing } from './features/tracing/index.ts';
import { inviteFirstAdministrator } from './first-administrator.ts';
import { toListenFailure } from './listen-failure.ts';
import { createLogger } from './logger.ts';
import { openStore } from './open-store.ts';
import { assertNoDemo, type Demo, ensureDemo, withDemoResource } from './services/demo-data/index.ts';
import { shutDown } from './shut-down.ts';
import { systemClock as clock } from './store/clock.ts';
import type { Finding, OnStoreOperation } from './store/port.ts';

export interface RunningServer {
  readonly app: App;
  readonly demo: Demo | undefined;
  /** A link for the first administrator, in development and while no account has the role. */
  inviteFirstAdministrator(): Promise<string | undefined>;
  /** Serves requests for the grace period, then closes everything. `skipGrace` ends the grace period early. */
  stop(graceSeconds?: number, skipGrace?: AbortSignal): Promise<void>;
}

interface ServeOptions {
  /** Gathers the metrics of all worker processes. */
  readonly gatherMetrics?: () => Promise<string>;
  /** The effective configuration, with secrets masked, for the administration. */
  readonly settings?: () => readonly EffectiveValue[];
  /** Logged at the start. */
  readonly warnings?: readonly Pick<Finding, 'code' | 'message' | 'fix'>[];
}

/** Opens the store, builds the app and listens. If a step fails, everything opened before it is closed. */
export const serve = async (
  loaded: Config,
  { gatherMetrics, settings, warnings = [] }: ServeOptions = {},
): Promise<RunningServer> => {
  const config = withDemoResource(loaded);
  const log = createLogger(config);
  for (const { code, message, fix } of warnings) log.warn({ finding: code, fix }, message);
  const metrics = await createMetrics({ config, ...(gatherMetrics && { gatherAll: gatherMetrics }) });
  const tracing = await createTracing(config, clock);
  const store = await openStore(config, clock, { observe: callBoth(metrics.observe, tracing.observe) });
  let app: App | undefined;
  try {
    await assertComplete(store);
    if (config.mode === 'production') await assertNoDemo(store);
    const running = await buildApp({
      config,
      store,
      clock,
      log,
      metrics,
      tracing,
      ...(settings && { settings }),
    });
    app = running;
    await running.start();
    await running.server.listen({ host: config.listen.host, port: config.listen.port });
    const { accounts, clients } = running.services;
    // Hashing the demo's password takes a moment, and no client knows the demo's secrets before they are printed.
    const demo = await ensureDemo({ store, config, clock, accounts, clients });
    return {
      app: running,
      demo,
      inviteFirstAdministrator: () =>
        inviteFirstAdministrator({ config, store, clock, services: running.services }),
      stop: (graceSeconds = 0, skipGrace) => shutDown(running, store, { graceSeconds, skipGrace }),
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
    ? (...operation) => {
        first(...operation);
        second(...operation);
      }
    : (first ?? second);
