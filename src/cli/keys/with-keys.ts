import type { CommandContext, InstallationOptions } from '#src/command.ts';
import type { Keys } from '#src/services/keys/index.ts';

/** Opens the keys of the configured store while `work` runs. Running servers learn what it changes. */
export const withKeys = <T>(
  { withInstallation }: CommandContext,
  work: (keys: Keys) => Promise<T>,
  options?: InstallationOptions,
): Promise<T> =>
  withInstallation(async (installation) => {
    const { createKeys } = await import('#src/services/keys/index.ts');
    const keys = await createKeys({ ...installation, maintain: false });
    try {
      return await work(keys);
    } finally {
      await keys.close();
    }
  }, options);
