/**
 * Owns `/metrics` for Prometheus: what is counted, under which names, and who may read it. It listens to events and is
 * told of requests and trips to the store; no label is ever a client or a person. Not the audit record, nor the log.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import { onRequestEnd } from '../../http/request-end.ts';
import type { Clock, OnStoreOperation } from '../../store/port.ts';
import { type Gathered, metricsRoute, startMetricsServer } from './endpoint.ts';
import { createGauges, type Sources } from './gauges.ts';
import { createMeters } from './meters.ts';

export { allProcesses } from './processes.ts';

export interface Metrics {
  /** For those who open the store; absent when nobody counts. */
  readonly observe?: OnStoreOperation;
  countRequests(server: FastifyInstance): void;
  feature(sources: Sources & { readonly events: Events; readonly clock: Clock }): Feature;
}

interface Options {
  readonly config: Pick<Config, 'metrics'>;
  /** Of several processes one answers for all: it asks them this way. */
  readonly gatherAll?: () => Promise<string>;
}

const shutdownMs = 1_000;

const disabledMetrics: Metrics = { countRequests() {}, feature: () => ({ name: 'metrics' }) };

/** Made before the store is opened, so that the first trip is counted. The library is loaded only when wanted. */
export const createMetrics = async ({ config: { metrics }, gatherAll }: Options): Promise<Metrics> => {
  if (!metrics.enabled) return disabledMetrics;
  const library = await import('@prometheus-io/client');
  const register = new library.Registry();
  library.collectDefaultMetrics({ register });
  const meters = createMeters(library, register);
  const shared = gatherAll && new library.AggregatorRegistry();
  if (shared) library.AggregatorRegistry.setRegistries(register);
  const gather = async (): Promise<Gathered> => ({
    type: register.contentType,
    text: gatherAll ? await gatherAll() : await register.metrics(),
  });

  return {
    observe: meters.store,
    countRequests(server) {
      onRequestEnd(server, ({ method, routeOptions }, status, milliseconds) => {
        meters.request(method, routeOptions.url ?? 'unknown', status, milliseconds);
      });
    },
    feature({ events, clock, ...sources }) {
      createGauges(library, register, clock, sources);
      const stopListening = events.listen(meters.event);
      return {
        name: 'metrics',
        ...(metrics.port === undefined && { api: metricsRoute(metrics.token, gather) }),
        async start() {
          const own = metrics.port === undefined ? undefined : await startMetricsServer(metrics, gather);
          return async () => {
            stopListening();
            // What this process counted stays counted when it is gone.
            await Promise.race([shared?.shutdown(), sleep(shutdownMs, undefined, { ref: false })]);
            if (!own) return;
            own.close();
            own.closeAllConnections();
            await once(own, 'close');
          };
        },
      };
    },
  };
};
