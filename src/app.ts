import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Config, EffectiveValue } from '#config';
import { createEvents, type Events } from './events.ts';
import type { Feature } from './feature.ts';
import { grantTypesOf } from './features/declarations.ts';
import type { FeatureDependencies } from './features/dependencies.ts';
import { administrationPaths, clientsOfFeatures, createFeatures } from './features/index.ts';
import { createMetrics, type Metrics } from './features/metrics/index.ts';
import type { Tracing } from './features/tracing/index.ts';
import { assets, assetUrl } from './http/assets/index.ts';
import { readClientCertificates } from './http/certificates/index.ts';
import { refuseConnections } from './http/connection-refusals.ts';
import { type Connections, trackConnections } from './http/draining.ts';
import { engineScope } from './http/engine/index.ts';
import {
  bindToBrowser,
  interactionScope,
  limitOpenSignIns,
  rememberNextStep,
} from './http/interactions/index.ts';
import { createLateServer, type LateServer } from './http/late-server.ts';
import { createListenOnOwnPort } from './http/own-port.ts';
import { createAnswerError } from './http/pages/answer-error.ts';
import { pagesScope } from './http/pages/index.ts';
import { createNotFoundHandler } from './http/pages/not-found.ts';
import { createPages } from './http/pages/pages.ts';
import { createRenderError } from './http/pages/render-error.ts';
import { emitRefusals } from './http/refusals.ts';
import { createServer } from './http/server.ts';
import { readTheme, themeRoutes } from './http/theme/index.ts';
import { logEvents } from './log-events.ts';
import { createMappableClaims } from './provider/claim-mapping.ts';
import { createClaimRelease } from './provider/claim-release.ts';
import { Engine } from './provider/engine.ts';
import { routes } from './provider/paths.ts';
import { findAccount } from './provider/settings/account.ts';
import { createReadAuthentication } from './provider/settings/authentication.ts';
import { accountPath, checkConfiguredClients } from './services/clients/index.ts';
import { imageRoutes, withSiteImages } from './services/images/index.ts';
import { createServices, type Services } from './services/index.ts';
import { jwksRoute } from './services/keys/index.ts';
import type { Clock, Store } from './store/port.ts';

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
  const { accounts, clients, cookieKeys, keys, siteImages, strengthOf } = services;
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

  const steps = features.flatMap(({ steps = [] }) => steps);
  const engine = new Engine(
    {
      config,
      store,
      clock,
      clients,
      admit: services.admission.admit,
      operatorClaims: services.extensions.claims,
      groupsOf: async (id) => (await accounts.find(id))?.groups,
      events,
      cipher: keys.cipher,
      onUncaughtError: (error, correlation) => log.error({ err: error, correlation }, 'the engine failed'),
      renderError: createRenderError({
        pages,
        clock,
        registered: config.mode === 'development' ? clients : undefined,
      }),
      grantTypes,
      policy: steps.map(({ prompt }) => prompt),
      features: [
        {
          owner: 'accounts',
          provider: {
            settings: {
              findAccount: findAccount({
                accounts,
                assuranceClaim: config.tokens.level_of_assurance_claim,
                readAuthentication: createReadAuthentication(grantTypes),
                isReleased: createClaimRelease(config),
                operatorClaims: services.extensions.claims,
                mappable: createMappableClaims(config),
              }),
            },
          },
        },
        { owner: 'interactions', provider: bindToBrowser(config, cookieKeys) },
        { owner: 'interactions', provider: rememberNextStep(config) },
        { owner: 'interactions', provider: limitOpenSignIns(config) },
        ...features.flatMap(({ name, provider }) => (provider ? [{ owner: name, provider }] : [])),
      ],
    },
    keys.current(),
  );
  const stopKeyUpdates = keys.onChange((current) => engine.useKeys(current));

  const observe = (server: FastifyInstance): FastifyInstance => {
    prepared.tracing?.traceRequests(server);
    metrics.countRequests(server);
    return server;
  };
  const createLate = (paths: readonly string[], routes: FastifyPluginAsync): LateServer =>
    createLateServer({
      paths,
      newServer: async () => addRules(observe(await newServer())),
      routes,
      answerError,
    });
  const { listen: ownPort } = config.admin;
  const administration: FastifyPluginAsync = async (scope) => {
    const { administrationRoutes } = await import('./administration-routes.ts');
    await scope.register(administrationRoutes({ ...dependencies, answerError }, features));
  };
  const isAdministeredHere = config.admin.enabled && ownPort === undefined;
  const lateAdministration = createLate(
    isAdministeredHere ? administrationPaths(config) : [],
    administration,
  );
  const lateAccountPages = createLate([accountPath], async (scope) => {
    const { accountScope } = await import('./services/account-pages/scope.ts');
    const sections = features.flatMap(({ account }) => account ?? []);
    await scope.register(
      pagesScope({ config, answerError }, [
        accountScope(
          { config, store, clock, pages, accounts, engine: () => engine, cookieKeys, strengthOf },
          sections,
        ),
      ]),
    );
  });

  const server = observe(
    await newServer(async (scope) => {
      await scope.register(lateAdministration.handOver);
      await scope.register(lateAccountPages.handOver);
    }),
  );
  const connections = trackConnections(server);
  addRules(server);
  services.admission.attach(server);
  await server.register(engineScope({ config, engine, answerError }));
  await server.register(jwksRoute({ keys, path: routes.jwks, cacheSeconds: config.keys.jwks_cache_seconds }));
  await server.register(assets);
  const images: FastifyPluginAsync = async (scope) => {
    await scope.register(themeRoutes(theme));
    await scope.register(imageRoutes({ store, clock, siteImages }));
  };
  await server.register(images);
  await server.register(
    pagesScope({ config, answerError }, [
      interactionScope({ config, store, pages, engine: () => engine, cookieKeys, steps }),
      ...features.flatMap((feature) => (feature.pages ? [feature.pages] : [])),
    ]),
  );
  for (const { api } of features) if (api) await server.register(api);
  const listenOnOwnPort = createListenOnOwnPort(async () => addRules(await newServer()));
  const administrationWithImages: FastifyPluginAsync = async (scope) => {
    await scope.register(images);
    await scope.register(administration);
  };

  const stops: (() => Promise<void>)[] = [];
  return {
    server,
    connections,
    services,
    events,
    engine: () => engine,
    administration: lateAdministration.get,
    async start() {
      stops.push(await services.start());
      await checkConfiguredClients({ config, clients, engine });
      for (const { start } of features) if (start) stops.push(await start());
      if (config.admin.enabled && ownPort)
        stops.push(await listenOnOwnPort(administrationWithImages, ownPort));
    },
    async close() {
      await server.close();
      await lateAdministration.close();
      await lateAccountPages.close();
      for (const stop of stops.splice(0).reverse()) await stop();
      stopKeyUpdates();
      services.close();
    },
  };
};
