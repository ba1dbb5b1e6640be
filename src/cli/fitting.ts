import { Failure } from '#src/errors.ts';
import type { Keys } from '#src/features/keys/index.ts';
import type { Installation } from './installation.ts';

export interface Fitting {
  /** The rule of this server, as it is set up, that a client breaks. */
  misfit(id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const silence = (config: Installation['config']): Installation['config'] => ({
  ...config,
  log: { ...config.log, level: 'silent' },
  metrics: { ...config.metrics, enabled: false },
});

/** The whole house, to ask its engine: no door is opened, and nothing begins. */
export const openFitting = async (installation: Installation, keys: Keys): Promise<Fitting> => {
  const { store, clock } = installation;
  const config = silence(installation.config);
  const [{ buildApp }, { createLog }, { misfit }] = await Promise.all([
    import('#src/app.ts'),
    import('#src/log.ts'),
    import('#src/features/clients/index.ts'),
  ]);
  try {
    const app = await buildApp({ config, store, clock, log: createLog(config), keys });
    return {
      async misfit(id) {
        const metadata = await app.services.clients.find(id);
        return metadata && misfit(app.engine(), metadata);
      },
      close: app.close,
    };
  } catch (error) {
    // What keeps a server from starting is told by those who look at keys and store.
    if (error instanceof Failure) return { misfit: async () => undefined, close: async () => {} };
    throw error;
  }
};
