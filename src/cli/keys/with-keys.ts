import type { Loaded } from '#config';
import type { Keys } from '#src/services/keys/index.ts';
import { type StoreCreation, withInstallation } from '../installation.ts';

/** The keys of the configured store, for the length of one command; running servers hear of what it changes. */
export const withKeys = <Result>(
  opening: Loaded & StoreCreation,
  work: (keys: Keys) => Promise<Result>,
): Promise<Result> =>
  withInstallation(opening, async (installation) => {
    const { createKeys } = await import('#src/services/keys/index.ts');
    const keys = await createKeys({ ...installation, maintain: false });
    try {
      return await work(keys);
    } finally {
      await keys.close();
    }
  });
