import type { Registry } from '@prometheus-io/client';
import type { OnStoreOperation } from '../../store/port.ts';
import { counting, knownOrOther, timing } from './labels.ts';

type Library = typeof import('@prometheus-io/client');

/** Counts requests and store operations as they happen. */
export interface Meters {
  request(method: string, route: string, status: number, milliseconds: number): void;
  readonly store: OnStoreOperation;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const knownMethods = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);

export const createMeters = ({ Counter, Histogram }: Library, register: Registry): Meters => {
  const registers = [register];
  const requests = counting(
    new Counter({
      name: 'postern_http_requests_total',
      help: 'Requests by status; 499 when the caller disconnected before the response.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
  );
  const requestTimes = timing(
    new Histogram({
      name: 'postern_http_request_seconds',
      help: 'Time from the first byte of a request to the last byte of its response.',
      labelNames: ['route'],
      buckets: seconds,
      registers,
    }),
  );
  const storeOperations = counting(
    new Counter({
      name: 'postern_store_operations_total',
      help: 'Store operations; a conflict is a lost race, which the store reports on purpose.',
      labelNames: ['operation', 'outcome'],
      registers,
    }),
  );
  const storeTimes = timing(
    new Histogram({
      name: 'postern_store_operation_seconds',
      help: 'Time of a store operation.',
      labelNames: ['operation'],
      buckets: seconds,
      registers,
    }),
  );

  return {
    request(method, route, status, milliseconds) {
      requests(knownOrOther(knownMethods, method), route, String(status)).inc();
      requestTimes(route).observe(milliseconds / 1000);
    },
    store(operation, milliseconds, outcome) {
      storeOperations(operation, outcome).inc();
      storeTimes(operation).observe(milliseconds / 1000);
    },
  };
};
