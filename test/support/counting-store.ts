import { openStore } from '#adapters/index.ts';
import type { Store } from '#src/store/port.ts';

/** Opens a store in memory; `roundTrips()` returns its operations since the last call. */
export const openCountingStore = async (clock: { now(): number }) => {
  const operations: string[] = [];
  const store: Store = await openStore('memory:', {
    clock,
    observe: (operation) => operations.push(operation),
  });
  return { store, roundTrips: () => operations.splice(0) };
};
