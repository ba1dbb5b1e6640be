import type { Loaded } from '#config';
import type { Keys } from '#src/features/keys/index.ts';
import { type Beginning, onStore } from '../installation.ts';

/** The keys of the configured store, for the length of one command; running servers hear of what it changes. */
export const withKeys = <Result>(
  opening: Loaded & Beginning,
  work: (keys: Keys) => Promise<Result>,
): Promise<Result> =>
  onStore(opening, async (installation) => {
    const { createKeys } = await import('#src/features/keys/index.ts');
    const keys = await createKeys({ ...installation, maintain: false });
    try {
      return await work(keys);
    } finally {
      await keys.close();
    }
  });
