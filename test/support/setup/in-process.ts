import { startServer } from 'postern/testing';
import type { App } from '#src/app.ts';
import type { Clock, OnStoreOperation, Store } from '#src/store/port.ts';

export interface InProcessServer {
  readonly app: App;
  readonly store: Store;
  readonly issuer: string;
  close(): Promise<void>;
}

interface Options {
  /** Settings that are merged into the defaults for tests. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  readonly observe?: OnStoreOperation;
}

/** Starts a server in this process on a free loopback port, with a new store in memory. */
export const startInProcess = async ({
  config = {},
  clock,
  observe,
}: Options = {}): Promise<InProcessServer> => {
  const server = await startServer({
    settings: config,
    ...(clock && { clock }),
    ...(observe && { observe }),
  });
  const { app, store, issuer } = server;
  return { app, store, issuer, close: () => server.stop() };
};
