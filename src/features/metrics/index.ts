/**
 * Owns `/metrics` for Prometheus: what is counted, under which names, and who may read it. It listens to events,
 * requests and store operations. No label is ever a client or a person; those are in the audit record and the log.
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
import { createEventMeters } from './event-meters.ts';
import { createGauges, type Sources } from './gauges.ts';
import { createMeters } from './meters.ts';

export { allProcesses } from './processes.ts';

export interface Metrics {
  /** The start passes it to the store when it opens it. Absent when metrics are off. */
  readonly observe?: OnStoreOperation;
  countRequests(server: FastifyInstance): void;
  feature(dependencies: Sources & EventSource): Feature;
}

interface EventSource {
  readonly events: Events;
  readonly clock: Clock;
  /** Token requests are counted by these names. */
  readonly grantTypes: readonly { readonly name: string }[];
}

interface Options {
  readonly config: Pick<Config, 'metrics'>;
  /** With several processes, collects the metrics of all of them. */
  readonly gatherAll?: () => Promise<string>;
}

const shutdownMs = 1_000;

const disabledMetrics: Metrics = { countRequests() {}, feature: () => ({ name: 'metrics' }) };

/** Created before the store is opened, so the first operation is counted. The library is loaded only if needed. */
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
    feature({ events, clock, grantTypes, ...sources }) {
      createGauges(library, register, clock, sources);
      const stopListening = events.listen(createEventMeters(library, register, grantTypes));
      return {
        name: 'metrics',
        ...(metrics.port === undefined && { api: metricsRoute(metrics.token, gather) }),
        async start() {
          const separate = metrics.port === undefined ? undefined : await startMetricsServer(metrics, gather);
          return async () => {
            stopListening();
            // The primary process keeps the final counts of this process.
            await Promise.race([shared?.shutdown(), sleep(shutdownMs, undefined, { ref: false })]);
            if (!separate) return;
            separate.close();
            separate.closeAllConnections();
            await once(separate, 'close');
          };
        },
      };
    },
  };
};
