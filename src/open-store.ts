import { openStore as open } from '#adapters/index.ts';
import type { Config } from '#config';
import type { Clock, Observe, Store } from './store/port.ts';

/** Kept for as long as the installation lives: never to be lost with a power cut. */
const durableKinds = ['account', 'account-name', 'client', 'key', 'key-ring', 'consent', 'audit', 'audit-chain'];

/** The store of the configuration. */
export const openStore = (config: Config, clock: Clock, observe?: Observe): Promise<Store> =>
  open(config.store.url, {
    clock,
    operationTimeoutMs: config.store.operation_timeout_ms,
    deadlineMs: config.store.deadline_ms,
    prefix: config.store.prefix,
    synchronous: config.store.synchronous,
    durableKinds,
    ...(observe && { observe }),
  });
