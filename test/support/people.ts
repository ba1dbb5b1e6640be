import { openStore } from '#adapters/index.ts';
import { loadConfig } from '#config';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import type { Store } from '#src/store/port.ts';

/** The defaults with cheap password hashes, overridden by `set`. */
export const testConfig = (set: readonly string[] = []) =>
  loadConfig({
    env: {},
    cwd: import.meta.dirname,
    flags: {
      set: ['store.url=memory:', 'security.password.memory_kib=8192', 'security.password.passes=1', ...set],
    },
  }).config;

/** Opens a store in memory that records its operations; `operations()` returns those since the last call. */
export const openCountingStore = async (clock: { now(): number }) => {
  const operations: string[] = [];
  const store: Store = await openStore('memory:', {
    clock,
    observe: (operation) => operations.push(operation),
  });
  return { store, trips: () => operations.splice(0) };
};

export const recordEvents = () => {
  const seen: SecurityEvent[] = [];
  const events = createEvents((fault) => {
    throw fault;
  });
  events.listen((event) => seen.push(event));
  return { events, seen };
};
