import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type TestServer, type TestServerOptions } from 'postern/testing';
import type { Store } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { longStoreTimeouts } from '../wait-for.ts';
import type { Owner } from './child.ts';

export type { TestServer };

/** What a server writes in the background after its first start on a store. */
const searchMarkers = ['accounts', 'clients'].map((id) => ({
  kind: kinds.searchIndex,
  family: 'search-index',
  id,
}));

const longestSettleMs = 3_000;

/** Waits for those writes, so that a test may count what its own requests store. A store that fails has none. */
const settle = async (store: Store): Promise<void> => {
  for (const end = performance.now() + longestSettleMs; performance.now() < end; await sleep(5)) {
    const found = await store.read(searchMarkers).catch(() => []);
    if (found.every((document) => document !== undefined)) return;
  }
};

/** Starts a server in this process, on a free port, with a store in memory unless the settings name another. */
export const startInProcess = async (
  owner: Owner,
  settings: TestServerOptions['settings'] = {},
  options: Omit<TestServerOptions, 'settings'> = {},
): Promise<TestServer> => {
  const store = { ...longStoreTimeouts, ...Object(settings['store']) };
  const server = await startServer({ settings: { ...settings, store }, ...options });
  owner.teardown(server.stop);
  await settle(server.store);
  return server;
};
