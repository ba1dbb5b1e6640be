import { openStore as open } from '#adapters/index.ts';
import type { Config } from '#config';
import type { Clock, OnStoreOperation, Store } from './store/port.ts';
import { durableKinds } from './store/record-kinds.ts';

export { restoreStore } from '#adapters/index.ts';

interface OpenStoreOptions {
  readonly observe?: OnStoreOperation | undefined;
  /** For commands that work on an existing store: a mistyped path must not create an empty one. */
  readonly mustExist?: boolean;
}

/** Opens the configured store. */
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
    durableKinds: [...durableKinds],
    mustExist,
    ...(observe && { observe }),
  });

/** For copies of whole stores: no client waits for an answer, and a busy store must not end the copy. */
export const withLongTimeouts = (config: Config): Config => ({
  ...config,
  store: { ...config.store, operation_timeout_ms: 10_000, deadline_ms: 30_000 },
});
