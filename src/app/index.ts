import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Config, EffectiveValue } from '#config';
import { createEvents, type Events } from '../events.ts';
import type { Feature } from '../feature.ts';
import { grantTypesOf } from '../features/declarations.ts';
import type { FeatureDependencies } from '../features/dependencies.ts';
import { clientsOfFeatures, createFeatures } from '../features/index.ts';
import { createMetrics, type Metrics } from '../features/metrics/index.ts';
import type { Tracing } from '../features/tracing/index.ts';
import { assetUrl } from '../http/assets/index.ts';
import { readClientCertificates } from '../http/certificates/index.ts';
import { refuseConnections } from '../http/connection-refusals.ts';
import { type Connections, trackConnections } from '../http/draining.ts';
import { createListenOnOwnPort } from '../http/own-port.ts';
import { createAnswerError } from '../http/pages/answer-error.ts';
import { createNotFoundHandler } from '../http/pages/not-found.ts';
import { createPages } from '../http/pages/pages.ts';
import { emitRefusals } from '../http/refusals.ts';
import { createServer } from '../http/server.ts';
import { readTheme } from '../http/theme/index.ts';
import { logEvents } from '../log-events.ts';
import type { Engine } from '../provider/engine.ts';
import { checkConfiguredClients } from '../services/clients/index.ts';
import { withSiteImages } from '../services/images/index.ts';
import { createServices, type Services } from '../services/index.ts';
import type { Clock, Store } from '../store/port.ts';
import { createEngine } from './engine.ts';
import { createLatePages } from './late-pages.ts';
import { createImages, registerRoutes } from './routes.ts';

export interface App {
  readonly server: FastifyInstance;
  readonly connections: Connections;
  readonly services: Services;
  readonly events: Events;
  /** The current engine: a new one is built whenever keys change. */
  readonly engine: () => Engine;
  /** The server of the console and the administration API, where they have no port of their own. */
  readonly administration: () => Promise<FastifyInstance>;
  /** Starts the work in the background; `close` ends it. */
  start(): Promise<void>;
  /** Ends everything except the store; the caller that opened it closes it. */
  close(): Promise<void>;
}

interface AppOptions {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  /** Created before the store is opened, so that every operation of the store is counted. */
  readonly metrics?: Metrics;
  readonly tracing?: Tracing;
  /** The effective configuration, with secrets masked, for the administration. */
  readonly settings?: () => readonly EffectiveValue[];
  /** Read-only keys, for commands. */
  readonly keys?: Services['keys'];
  /** Features that the table of contents does not list. */
  readonly additionalFeatures?: readonly Feature[];
}

/** Wires services, features, engine and server together. Rules belong in those. */
export const buildApp = async ({ config, store, clock, log, ...prepared }: AppOptions): Promise<App> => {
  const onError = (error: unknown): void =>
    log.error({ err: error }, 'a listener or a background task failed');
  const events = createEvents(onError);
  logEvents(events, log);
  const metrics = prepared.metrics ?? (await createMetrics({ config }));
  const theme = readTheme(config.pages.theme);
  const { additionalFeatures = [] } = prepared;
  const grantTypes = grantTypesOf(additionalFeatures);
  const services = await createServices({
    config,
    store,
    clock,
    events,
    onError,
    clientsOfFeatures,
    grantTypes,
    ...(prepared.keys && { keys: prepared.keys }),
  });
  const { clients, keys, siteImages } = services;
  const pages = createPages({
    config,
    asset: assetUrl,
    theme: () => withSiteImages(theme.page, siteImages),
  });
  const answerError = createAnswerError({ config, pages, clock });
  const newServer = async (withoutRules?: FastifyPluginAsync): Promise<FastifyInstance> => {
    const server = await createServer(config, log, answerError, withoutRules);
    server.setNotFoundHandler(createNotFoundHandler(pages, clock));
    return server;
  };
  const addRules = (server: FastifyInstance): FastifyInstance => {
    emitRefusals(server, events);
    refuseConnections(server, events);
    readClientCertificates(server, { config, events, clock });
    return server.addHook('onRequest', services.rateLimits.hook);
  };
  const dependencies: FeatureDependencies = {
    config,
    store,
    clock,
    events,
    pages,
    metrics,
    services,
    grantTypes,
    settings: prepared.settings ?? (() => []),
    engine: () => engine,
  };
  const features = [...createFeatures(dependencies), ...additionalFeatures];

  const engine = createEngine({ config, store, clock, events, log, services, pages, grantTypes, features });
  const stopKeyUpdates = keys.onChange((current) => engine.useKeys(current));

  const observe = (server: FastifyInstance): FastifyInstance => {
    prepared.tracing?.traceRequests(server);
    metrics.countRequests(server);
    return server;
  };
  const latePages = createLatePages(
    { ...dependencies, answerError, newServer: async () => addRules(observe(await newServer())) },
    features,
  );
  const server = observe(
    await newServer(async (scope) => {
      await scope.register(latePages.administration.handOver);
      await scope.register(latePages.accountPages.handOver);
    }),
  );
  const connections = trackConnections(server);
  addRules(server);
  services.admission.attach(server);
  const images = createImages({ store, clock, services, theme });
  await registerRoutes(server, { ...dependencies, answerError, images }, features);
  const listenOnOwnPort = createListenOnOwnPort(async () => addRules(await newServer()));
  const administrationWithImages: FastifyPluginAsync = async (scope) => {
    await scope.register(images);
    await scope.register(latePages.administrationRoutes);
  };

  const stops: (() => Promise<void>)[] = [];
  return {
    server,
    connections,
    services,
    events,
    engine: () => engine,
    administration: latePages.administration.get,
    async start() {
      stops.push(await services.start());
      await checkConfiguredClients({ config, clients, engine });
      for (const { start } of features) if (start) stops.push(await start());
      const { enabled, listen: ownPort } = config.admin;
      if (enabled && ownPort) stops.push(await listenOnOwnPort(administrationWithImages, ownPort));
    },
    async close() {
      await server.close();
      await latePages.administration.close();
      await latePages.accountPages.close();
      for (const stop of stops.splice(0).reverse()) await stop();
      stopKeyUpdates();
      services.close();
    },
  };
};
