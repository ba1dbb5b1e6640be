import { Cluster, Redis } from 'ioredis';
import type { Address, DriverOptions } from './address.ts';

export interface Timing {
  /** The limit for a reply that is useless when it is late. */
  readonly operationTimeoutMs: number;
  /** The limit for a reply that decides something. */
  readonly deadlineMs: number;
}

const backoff = (times: number): number => Math.min(25 * 2 ** Math.min(times, 5), 500);

const commonOptions = ({ operationTimeoutMs, deadlineMs }: Timing): DriverOptions => ({
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // A lost connection fails every command in flight. `Connection.send` resends those that may be resent.
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  disconnectTimeout: 200,
  // A silent connection is closed early enough for another attempt within the deadline.
  socketTimeout: Math.max(deadlineMs - operationTimeoutMs, operationTimeoutMs),
  keepAlive: 5_000,
  maxLoadingRetryTime: 250,
  disableClientInfo: true,
  connectionName: 'postern',
  retryStrategy: backoff,
  sentinelRetryStrategy: backoff,
  sentinelCommandTimeout: operationTimeoutMs,
  // This server was demoted: reconnect to the current primary.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
});

/** Creates a client that is not connected yet. */
export const connect = (address: Address, timing: Timing): Redis | Cluster => {
  const options: DriverOptions = { ...commonOptions(timing), ...address.options };
  if (address.kind === 'single') return new Redis(options);
  const { retryStrategy: _, enableOfflineQueue: __, sentinels: ___, ...nodeOptions } = options;
  return new Cluster([...address.nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: backoff,
    slotsRefreshTimeout: timing.operationTimeoutMs,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnTryAgain: 20,
    maxRedirections: 32,
    // Certificates contain names, and a lookup would turn the names into addresses.
    ...(options.tls && { dnsLookup: (host, found) => found(null, host) }),
    redisOptions: nodeOptions,
  });
};
