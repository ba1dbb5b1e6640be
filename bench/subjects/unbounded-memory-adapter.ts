import type { Adapter } from 'oidc-provider';
// The adapter in memory is the engine's own; only the place where it keeps things can't be reached otherwise.
import MemoryAdapter, { setStorage } from 'oidc-provider/lib/adapters/memory_adapter.js';

/** The engine's own adapter, which forgets after a thousand entries; a run needs more, so here it may keep all. */
export const unboundedMemoryAdapter = (): ((name: string) => Adapter) => {
  setStorage(new Map());
  return (name) => new MemoryAdapter(name);
};
