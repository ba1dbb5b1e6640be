import { openStore as open } from '#adapters/index.ts';
import type { Config } from '#config';
import { durableKinds } from './features/moving/index.ts';
import type { Clock, Observe, Store } from './store/port.ts';

/** The store of the configuration. */
export const openStore = (config: Config, clock: Clock, observe?: Observe): Promise<Store> =>
  open(config.store.url, {
    clock,
    operationTimeoutMs: config.store.operation_timeout_ms,
    deadlineMs: config.store.deadline_ms,
    prefix: config.store.prefix,
    synchronous: config.store.synchronous,
    // Never to be lost with a power cut.
    durableKinds: [...durableKinds],
    ...(observe && { observe }),
  });
