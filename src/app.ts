import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { createEvents, type Events } from './events.ts';
import { createFeatures, type Services } from './features/index.ts';
import { jwks } from './features/keys/index.ts';
import { createMetrics, type Metrics } from './features/metrics/index.ts';
import type { Tracing } from './features/tracing/index.ts';
import { assets, assetUrl } from './http/assets/index.ts';
import { readCertificates } from './http/certificates/index.ts';
import { type Connections, drainConnections } from './http/draining.ts';
import { engineDoor } from './http/engine/index.ts';
import { interactionDoor, leadOn, sameBrowserOnly } from './http/interactions/index.ts';
import { createErrorAnswer } from './http/pages/answer-error.ts';
import { pagesDoor } from './http/pages/index.ts';
import { createNotFound } from './http/pages/not-found.ts';
import { createPages } from './http/pages/pages.ts';
import { createRenderError } from './http/pages/render-error.ts';
import { tellRefusals } from './http/refusals.ts';
import { createServer } from './http/server.ts';
import { logEvents } from './log.ts';
import { Engine } from './provider/engine.ts';
import { routes } from './provider/paths.ts';
import { accountFor } from './provider/settings/account.ts';
import type { Clock, Store } from './store/port.ts';

export interface App {
  readonly server: FastifyInstance;
  readonly connections: Connections;
  readonly services: Services;
  readonly events: Events;
  /** The engine of this moment, for those who mint things without a browser. */
  readonly engine: () => Engine;
  /** Begins the work behind the scenes; `close` ends it. */
  start(): Promise<void>;
  /** Ends everything but the store, which its opener closes. */
  close(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  /** Made before the store was opened, where its trips are to be counted. */
  readonly metrics?: Metrics;
  readonly tracing?: Tracing;
  /** Those of somebody who only looks. */
  readonly keys?: Services['keys'];
}

/** Wires the house; decides nothing. */
export const buildApp = async ({ config, store, clock, log, ...made }: Parts): Promise<App> => {
  const onFault = (error: unknown): void =>
    log.error({ err: error }, 'a listener or a background task failed');
  const events = createEvents(onFault);
  logEvents(events, log);
  const metrics = made.metrics ?? (await createMetrics({ config }));
  const pages = createPages(config, assetUrl);
  const { services, features } = await createFeatures({
    config,
    store,
    clock,
    events,
    pages,
    metrics,
    engine: () => engine,
    onFault,
    ...(made.keys && { keys: made.keys }),
  });
  const { accounts, clients, keys } = services;

  const sealKeys = () => keys.current().cookieKeys;
  const steps = features.flatMap(({ steps = [] }) => steps);
  const engine = new Engine(
    {
      config,
      store,
      clock,
      clients,
      events,
      onFault: (error, correlation) => log.error({ err: error, correlation }, 'the engine failed'),
      renderError: createRenderError(pages, clock),
      policy: steps.map(({ prompt }) => prompt),
      shares: [
        {
          owner: 'accounts',
          share: { settings: { findAccount: accountFor(accounts, config.tokens.level_of_assurance_claim) } },
        },
        { owner: 'interactions', share: sameBrowserOnly(sealKeys) },
        { owner: 'interactions', share: leadOn(config) },
        ...features.flatMap(({ name, engine: share }) => (share ? [{ owner: name, share }] : [])),
      ],
    },
    keys.current(),
  );
  const stopFollowing = keys.onChange((current) => engine.useKeys(current));

  const answerError = createErrorAnswer({ config, pages, clock });
  const server = createServer(config, log, answerError);
  server.setNotFoundHandler(createNotFound(pages, clock));
  made.tracing?.watch(server);
  metrics.watch(server);
  const connections = drainConnections(server);
  tellRefusals(server, events);
  readCertificates(server, { config, events, clock });
  server.addHook('onRequest', services.limits.hook);
  await server.register(engineDoor({ config, engine: () => engine, answerError }));
  await server.register(jwks({ keys, path: routes.jwks, cacheSeconds: config.keys.jwks_cache_seconds }));
  await server.register(assets);
  await server.register(
    pagesDoor({ config, answerError }, [
      interactionDoor({ config, store, pages, engine: () => engine, sealKeys, steps }),
      ...features.flatMap((feature) => (feature.pages ? [feature.pages] : [])),
    ]),
  );
  for (const { api } of features) if (api) await server.register(api);

  const stops: (() => Promise<void>)[] = [];
  return {
    server,
    connections,
    services,
    events,
    engine: () => engine,
    async start() {
      for (const { start } of features) if (start) stops.push(await start());
    },
    async close() {
      await server.close();
      for (const stop of stops.splice(0).reverse()) await stop();
      stopFollowing();
      keys.close();
      clients.close();
      accounts.close();
    },
  };
};
