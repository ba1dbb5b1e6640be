import type { Adapter } from 'oidc-provider';
// oidc-provider does not export its memory adapter, so it is imported by its path.
import MemoryAdapter, { setStorage } from 'oidc-provider/lib/adapters/memory_adapter.js';

/** oidc-provider's memory adapter drops entries beyond a thousand; a run needs more, so this one keeps them all. */
export const unboundedMemoryAdapter = (): ((name: string) => Adapter) => {
  setStorage(new Map());
  return (name) => new MemoryAdapter(name);
};
