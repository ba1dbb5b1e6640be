import type { Loaded } from '#config';
import type { Keys } from '#src/features/keys/index.ts';
import { onStore } from '../installation.ts';

/** The keys of the configured store, for the length of one command; running servers hear of what it changes. */
export const withKeys = <Result>(
  { config }: Loaded,
  work: (keys: Keys) => Promise<Result>,
): Promise<Result> =>
  onStore(config, async (installation) => {
    const { createKeys } = await import('#src/features/keys/index.ts');
    const keys = await createKeys({ ...installation, maintain: false });
    try {
      return await work(keys);
    } finally {
      await keys.close();
    }
  });
