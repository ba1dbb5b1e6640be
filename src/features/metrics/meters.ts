import type { Counter, Histogram, Registry } from '@prometheus-io/client';
import type { SecurityEvent } from '../../events.ts';
import type { OnStoreOperation } from '../../store/port.ts';

type Library = typeof import('@prometheus-io/client');

/** Counts things as they happen. Labels have a fixed set of values, never a client, a person or what a caller sent. */
export interface Meters {
  request(method: string, route: string, status: number, milliseconds: number): void;
  readonly store: OnStoreOperation;
  event(event: SecurityEvent): void;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The engine tells a grant type as it was sent; only these become a label. */
const knownGrants = new Set([
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
  'urn:ietf:params:oauth:grant-type:token-exchange',
]);
const knownMethods = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);
const knownEndpoints = new Set(['engine', 'json', 'pages']);

const knownOrOther = (set: ReadonlySet<string>, value: unknown): string =>
  typeof value === 'string' && set.has(value) ? value : 'other';

/** Reasons are codes of Postern and of RFCs. The limit applies in case one is ever made of anything else. */
const maxReasons = 200;
const reasonPattern = /^[a-z][a-z0-9_.-]{0,63}$/;

/** Caches the child of each label set, so an observation costs a map lookup and an addition. */
const rememberChildren = <Child>(make: (...labels: string[]) => Child) => {
  const children = new Map<string, Child>();
  return (...labels: string[]): Child => {
    const name = labels.join('\n');
    let child = children.get(name);
    if (child === undefined) {
      child = make(...labels);
      children.set(name, child);
    }
    return child;
  };
};

const counting = <Label extends string>(counter: Counter<Label>) =>
  rememberChildren((...labels) => counter.labels(...labels));
const timing = <Label extends string>(histogram: Histogram<Label>) =>
  rememberChildren((...labels) => histogram.labels(...labels));

export const createMeters = ({ Counter, Histogram }: Library, register: Registry): Meters => {
  const registers = [register];
  const requests = counting(
    new Counter({
      name: 'postern_http_requests_total',
      help: 'Requests by what was answered; 499 when the caller hung up before.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
  );
  const requestTimes = timing(
    new Histogram({
      name: 'postern_http_request_seconds',
      help: 'Time from the first byte of a request to the last of its answer.',
      labelNames: ['route'],
      buckets: seconds,
      registers,
    }),
  );
  const storeOperations = counting(
    new Counter({
      name: 'postern_store_operations_total',
      help: 'Trips to the store; a conflict is a lost race, which is what the store is asked to tell.',
      labelNames: ['operation', 'outcome'],
      registers,
    }),
  );
  const storeTimes = timing(
    new Histogram({
      name: 'postern_store_operation_seconds',
      help: 'Time of a trip to the store.',
      labelNames: ['operation'],
      buckets: seconds,
      registers,
    }),
  );
  const exchanges = counting(
    new Counter({
      name: 'postern_exchanges_total',
      help: 'Token requests by grant and how they ended; the reason is empty when tokens were issued.',
      labelNames: ['grant', 'door', 'outcome', 'reason'],
      registers,
    }),
  );
  const events = counting(
    new Counter({
      name: 'postern_events_total',
      help: 'Security events, as in the audit record.',
      labelNames: ['type', 'outcome', 'reason'],
      registers,
    }),
  );

  const reasons = new Set<string>();
  const reasonOf = ({ reason = '' }: SecurityEvent): string => {
    if (reason === '' || reasons.has(reason)) return reason;
    if (reasons.size >= maxReasons || !reasonPattern.test(reason)) return 'other';
    reasons.add(reason);
    return reason;
  };

  return {
    request(method, route, status, milliseconds) {
      requests(knownOrOther(knownMethods, method), route, String(status)).inc();
      requestTimes(route).observe(milliseconds / 1000);
    },
    store(operation, milliseconds, outcome) {
      storeOperations(operation, outcome).inc();
      storeTimes(operation).observe(milliseconds / 1000);
    },
    event(event) {
      const { type, outcome, details } = event;
      const reason = reasonOf(event);
      events(type, outcome, reason).inc();
      if (type !== 'token.issued' && type !== 'token.refused') return;
      exchanges(
        knownOrOther(knownGrants, details?.['grant_type']),
        knownOrOther(knownEndpoints, details?.['door']),
        outcome,
        reason,
      ).inc();
    },
  };
};
