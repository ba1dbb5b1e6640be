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

/** A key that is not there yet, or can't be read, would make misfits of all who use it. */
const isWhole = (keys: Keys, algorithms: readonly string[]): boolean => {
  const active = keys.list().filter(({ stage }) => stage === 'active');
  return keys.faults().length === 0 && algorithms.every((alg) => active.some((key) => key.alg === alg));
};

const nothing: Fitting = { misfit: async () => undefined, close: async () => {} };

/** The whole house, to ask its engine: no door is opened, and nothing begins. */
export const openFitting = async (installation: Installation, keys: Keys): Promise<Fitting> => {
  const { store, clock } = installation;
  if (!isWhole(keys, installation.config.keys.algorithms)) return nothing;
  const config = silence(installation.config);
  const [{ buildApp }, { createLog }, { misfit }] = await Promise.all([
    import('#src/app.ts'),
    import('#src/log.ts'),
    import('#src/features/clients/index.ts'),
  ]);
  const app = await buildApp({ config, store, clock, log: createLog(config), keys });
  return {
    async misfit(id) {
      const metadata = await app.services.clients.find(id);
      return metadata && misfit(app.engine(), metadata);
    },
    close: app.close,
  };
};
