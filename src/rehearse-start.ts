import { checkStoreUrl } from '#adapters/index.ts';
import type { Config } from '#config';
import { buildApp } from './app/index.ts';
import { createLogger } from './logger.ts';
import { openStore } from './open-store.ts';
import { checkConfiguredClients } from './services/clients/index.ts';
import { withDemoResource } from './services/demo-data/index.ts';
import { systemClock as clock } from './store/clock.ts';

/** For an app that is built but never serves. */
export const withoutOutput = (config: Config): Config => ({
  ...config,
  log: { ...config.log, level: 'silent' },
  metrics: { ...config.metrics, enabled: false },
});

/**
 * Does what a start does with the configuration, on an empty store in memory, and listens nowhere. So it throws for any
 * configuration that no server can start with, whichever part refuses it. What the configured store holds, and whether
 * it can be reached, is not looked at.
 */
export const rehearseStart = async (loaded: Config): Promise<void> => {
  await checkStoreUrl(loaded.store.url);
  const config = withDemoResource(withoutOutput({ ...loaded, store: { ...loaded.store, url: 'memory:' } }));
  const store = await openStore(config, clock);
  try {
    const app = await buildApp({ config, store, clock, log: createLogger(config) });
    try {
      await checkConfiguredClients({ config, clients: app.services.clients, engine: app.engine() });
    } finally {
      await app.close();
    }
  } finally {
    await store.close();
  }
};
