import type { Installation } from '#src/command.ts';
import type { Keys } from '#src/services/keys/index.ts';

interface ClientChecker {
  /** The rule of the engine, with these keys and settings, that a client breaks. */
  incompatibility(id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const hasEveryKey = (keys: Keys, algorithms: readonly string[]): boolean => {
  const active = keys.list().filter(({ stage }) => stage === 'active');
  return keys.faults().length === 0 && algorithms.every((alg) => active.some((key) => key.alg === alg));
};

const skippedCheck: ClientChecker = { incompatibility: async () => undefined, close: async () => {} };

/** Builds an app that doesn't listen or start, to ask its engine. */
export const createClientChecker = async (installation: Installation, keys: Keys): Promise<ClientChecker> => {
  const { store, clock } = installation;
  // While keys are missing or unreadable, every client that uses them would fail the check.
  if (!hasEveryKey(keys, installation.config.keys.algorithms)) return skippedCheck;
  const [{ buildApp }, { createLogger }, { incompatibility }, { withoutOutput }] = await Promise.all([
    import('#src/app/index.ts'),
    import('#src/logger.ts'),
    import('#src/services/clients/index.ts'),
    import('#src/rehearse-start.ts'),
  ]);
  const config = withoutOutput(installation.config);
  const app = await buildApp({ config, store, clock, log: createLogger(config), keys });
  return {
    async incompatibility(id) {
      const metadata = await app.services.clients.find(id);
      return metadata && incompatibility(app.engine(), metadata);
    },
    close: app.close,
  };
};
