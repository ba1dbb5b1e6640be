import { userInfo } from 'node:os';
import type { Config } from '#config';
import type { Installation } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { createEvents, endpointDetail } from '#src/events.ts';
import { systemClock } from '#src/store/clock.ts';

const operatorName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

/** Writes what `work` does to the audit record, with the name of the operator. */
const withAudit = async <T>(
  { store, config, clock, events }: Installation,
  work: () => Promise<T>,
): Promise<T> => {
  const [{ createAudit }, { loadSecretCipher }] = await Promise.all([
    import('#src/services/audit/index.ts'),
    import('#src/services/keys/index.ts'),
  ]);
  const extraDetails = { [endpointDetail]: 'cli', operator: operatorName() };
  let auditError: unknown;
  const onError = (error: unknown): void => {
    auditError = error;
  };
  const stop = await createAudit({
    store,
    config,
    clock,
    events,
    extraDetails,
    onError,
    cipher: () => loadSecretCipher(config, store),
  }).start();
  try {
    return await work();
  } finally {
    await stop();
    if (auditError !== undefined)
      process.emitWarning('The command could not write what it did to the audit record.');
  }
};

interface OpenOptions {
  readonly config: Config;
  readonly mayCreateStore: boolean;
}

export const openInstallation = async <T>(
  { config, mayCreateStore }: OpenOptions,
  work: (installation: Installation) => Promise<T>,
): Promise<T> => {
  if (config.store.url.startsWith('memory:')) {
    throw new Failure({
      code: 'store_in_memory',
      message: 'A store in memory is out of reach for commands: set store.url to sqlite:PATH or a Redis.',
      exit: exitCode.usage,
    });
  }
  const { openStore } = await import('#src/open-store.ts');
  const store = await openStore(config, systemClock, { mustExist: !mayCreateStore });
  const installation = { store, config, clock: systemClock, events: createEvents(() => {}) };
  try {
    return await withAudit(installation, () => work(installation));
  } finally {
    await store.close();
  }
};
