import type { Loaded } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import type { Keys } from '#src/features/keys/index.ts';

/** The keys of the configured store, for the length of one command; running servers hear of what it changes. */
export const withKeys = async <Result>(
  { config }: Loaded,
  work: (keys: Keys) => Promise<Result>,
): Promise<Result> => {
  if (config.store.url === 'memory:') {
    throw new Failure({
      code: 'store_in_memory',
      exit: exitCode.usage,
      message: 'A store in memory is out of reach for commands: set store.url to sqlite:PATH or a Redis.',
    });
  }
  const [{ openStore }, { createKeys }, { createEvents }] = await Promise.all([
    import('#src/open-store.ts'),
    import('#src/features/keys/index.ts'),
    import('#src/events.ts'),
  ]);
  const store = await openStore(config, Date);
  try {
    const events = createEvents(() => {});
    const keys = await createKeys({ store, config, clock: Date, events, maintain: false });
    try {
      return await work(keys);
    } finally {
      await keys.close();
    }
  } finally {
    await store.close();
  }
};
