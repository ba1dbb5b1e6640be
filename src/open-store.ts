import { openStore as open } from '#adapters/index.ts';
import type { Config } from '#config';
import type { Clock, OnStoreOperation, Store } from './store/port.ts';
import { durableKinds } from './store/record-kinds.ts';

interface OpenStoreOptions {
  readonly observe?: OnStoreOperation | undefined;
  /** For whoever works on a store that is there: a mistyped path must not look like an empty store. */
  readonly mustExist?: boolean;
}

/** The store of the configuration. */
export const openStore = (
  config: Config,
  clock: Clock,
  { observe, mustExist = false }: OpenStoreOptions = {},
): Promise<Store> =>
  open(config.store.url, {
    clock,
    operationTimeoutMs: config.store.operation_timeout_ms,
    deadlineMs: config.store.deadline_ms,
    prefix: config.store.prefix,
    synchronous: config.store.synchronous,
    // Never to be lost with a power cut.
    durableKinds: [...durableKinds],
    mustExist,
    ...(observe && { observe }),
  });

/** For copies of whole stores: nobody waits for an answer, and a busy store is no reason to break off. */
export const withLongTimeouts = (config: Config): Config => ({
  ...config,
  store: { ...config.store, operation_timeout_ms: 10_000, deadline_ms: 30_000 },
});
