import { startServer, type TestServer, type TestServerOptions } from 'postern/testing';
import type { Owner } from './child.ts';

export type { TestServer };

/** Starts a server in this process, on a free port, with a store in memory unless the settings name another. */
export const startInProcess = async (
  owner: Owner,
  settings: TestServerOptions['settings'] = {},
  options: Omit<TestServerOptions, 'settings'> = {},
): Promise<TestServer> => {
  const server = await startServer({ settings, ...options });
  owner.teardown(server.stop);
  return server;
};
