import { loadConfig } from '#config';

/** Loads the defaults with a store in memory and cheap password hashes, overridden by `set`. */
export const testConfig = (set: readonly string[] = []) =>
  loadConfig({
    env: {},
    cwd: import.meta.dirname,
    flags: {
      set: ['store.url=memory:', 'security.password.memory_kib=8192', 'security.password.passes=1', ...set],
    },
  }).config;
