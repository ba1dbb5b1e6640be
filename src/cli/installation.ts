import { userInfo } from 'node:os';
import type { Config } from '#config';
import type { CommandContext } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { createEvents, type Events } from '#src/events.ts';
import type { Clock, Store } from '#src/store/port.ts';

export interface Installation {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
}

/** Few commands may begin an installation; to the others a mistyped `store.url` would look like an empty store. */
export interface StoreCreation {
  readonly mayCreateStore?: boolean;
}

const operatorName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

/** What commands do to an installation is in its audit record, with the name of who did it. */
const withAudit = async <T>(
  { store, config, clock, events }: Installation,
  work: () => Promise<T>,
): Promise<T> => {
  const [{ createAudit }, { loadSecretCipher }] = await Promise.all([
    import('#src/services/audit/index.ts'),
    import('#src/services/keys/index.ts'),
  ]);
  const extraDetails = { door: 'cli', operator: operatorName() };
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
      process.emitWarning('What was done could not be written to the audit record.');
  }
};

/** Works on the store of a configuration, beside the server that may be running on it. */
export const withInstallation = async <T>(
  { config, mayCreateStore = false }: { readonly config: Config } & StoreCreation,
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
  const store = await openStore(config, Date, { mustExist: !mayCreateStore });
  const installation = { store, config, clock: Date, events: createEvents(() => {}) };
  try {
    return await withAudit(installation, () => work(installation));
  } finally {
    await store.close();
  }
};

export const withConfiguredInstallation = <T>(
  { load, mayCreateStore = false }: CommandContext & StoreCreation,
  work: (installation: Installation) => Promise<T>,
): Promise<T> => withInstallation({ config: load().config, mayCreateStore }, work);
