import { Cluster, Redis } from 'ioredis';
import type { Address, DriverOptions } from './address.ts';

export interface Timing {
  /** For an answer that tells nothing new when it is late. */
  readonly operationTimeoutMs: number;
  /** For an answer that decides something. */
  readonly deadlineMs: number;
}

const backoff = (times: number): number => Math.min(25 * 2 ** Math.min(times, 5), 500);

const commonOptions = ({ operationTimeoutMs, deadlineMs }: Timing): DriverOptions => ({
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // Every command in flight fails when its connection does; what may be asked again, `ask` asks again.
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  disconnectTimeout: 200,
  // A connection that went silent is given up early enough for one more try within the deadline.
  socketTimeout: Math.max(deadlineMs - operationTimeoutMs, operationTimeoutMs),
  keepAlive: 5_000,
  maxLoadingRetryTime: 250,
  disableClientInfo: true,
  connectionName: 'postern',
  retryStrategy: backoff,
  sentinelRetryStrategy: backoff,
  sentinelCommandTimeout: operationTimeoutMs,
  // A primary that was demoted: connect again, to whoever is the primary now.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
});

/** Not connected yet. */
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
    // Certificates are made for names; a lookup would turn them into addresses.
    ...(options.tls && { dnsLookup: (host, found) => found(null, host) }),
    redisOptions: nodeOptions,
  });
};
