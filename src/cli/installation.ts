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

/** Works on the store of an installation, beside the server that may be running on it. */
export const onInstallation = async <T>(
  { load }: CommandContext,
  work: (installation: Installation) => Promise<T>,
): Promise<T> => {
  const { config } = load();
  if (config.store.url.startsWith('memory:')) {
    throw new Failure({
      code: 'store_in_memory',
      message: 'A store in memory is out of reach for commands: set store.url to sqlite:PATH or a Redis.',
      exit: exitCode.usage,
    });
  }
  const { openStore } = await import('#src/open-store.ts');
  const store = await openStore(config, Date);
  try {
    return await work({ store, config, clock: Date, events: createEvents(() => {}) });
  } finally {
    await store.close();
  }
};
