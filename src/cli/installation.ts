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
export interface Beginning {
  readonly begins?: boolean;
}

const operator = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

/** What commands do to an installation is in its audit record, with the name of who did it. */
const recorded = async <T>(
  { store, config, clock, events }: Installation,
  work: () => Promise<T>,
): Promise<T> => {
  const [{ audit }, { boxOf }] = await Promise.all([
    import('#src/features/audit/index.ts'),
    import('#src/features/keys/index.ts'),
  ]);
  const about = { door: 'cli', operator: operator() };
  let lost: unknown;
  const onFault = (error: unknown): void => {
    lost = error;
  };
  const stop = await audit({
    store,
    config,
    clock,
    events,
    about,
    onFault,
    box: () => boxOf(config, store),
  }).start();
  try {
    return await work();
  } finally {
    await stop();
    if (lost !== undefined) process.emitWarning('What was done could not be written to the audit record.');
  }
};

/** Works on the store of a configuration, beside the server that may be running on it. */
export const onStore = async <T>(
  { config, begins = false }: { readonly config: Config } & Beginning,
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
  const store = await openStore(config, Date, { mustExist: !begins });
  const installation = { store, config, clock: Date, events: createEvents(() => {}) };
  try {
    return await recorded(installation, () => work(installation));
  } finally {
    await store.close();
  }
};

export const onInstallation = <T>(
  { load, begins = false }: CommandContext & Beginning,
  work: (installation: Installation) => Promise<T>,
): Promise<T> => onStore({ config: load().config, begins }, work);
