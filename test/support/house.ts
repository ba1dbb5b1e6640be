import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { loadConfig } from '#config';
import { type App, buildApp } from '#src/app.ts';
import { openStore } from '#src/open-store.ts';
import type { Clock, Observe, Store } from '#src/store/port.ts';

export interface House {
  readonly app: App;
  readonly store: Store;
  readonly issuer: string;
  close(): Promise<void>;
}

interface Options {
  /** Laid over the test's usual configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  readonly observe?: Observe;
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
};

/** A whole server on a free loopback port, with a store of its own. */
export const openHouse = async ({
  config: over = {},
  clock = Date,
  observe,
}: Options = {}): Promise<House> => {
  const port = await freePort();
  const cwd = await mkdtemp(join(tmpdir(), 'postern-'));
  const settings = {
    listen: { port },
    store: { url: 'memory:' },
    log: { level: 'silent' },
    // It writes in the background, which tests that count trips would see.
    audit: { enabled: false },
    security: { password: { memory_kib: 8192, passes: 1 } },
    ...over,
  };
  await writeFile(join(cwd, 'postern.yaml'), stringify(settings));
  const { config } = loadConfig({ env: {}, cwd });
  const store = await openStore(config, clock, observe);
  const app = await buildApp({ config, store, clock, log: pino({ level: config.log.level }) });
  await app.start();
  await app.server.listen({ host: '127.0.0.1', port });
  return {
    app,
    store,
    issuer: config.issuer,
    async close() {
      await app.close();
      await store.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
};
