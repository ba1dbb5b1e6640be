import type { CommandContext } from '#src/command.ts';
import type { StoredUpstreams } from '#src/services/upstreams/index.ts';

export const withUpstreams = <T>(
  { withInstallation }: CommandContext,
  work: (upstreams: StoredUpstreams) => Promise<T>,
): Promise<T> =>
  withInstallation(async (installation) => {
    const [{ createStoredUpstreams, publishUpstreams }, { createGroups }, services, keyServices, features] =
      await Promise.all([
        import('#src/services/upstreams/index.ts'),
        import('#src/services/groups/index.ts'),
        import('#src/services/clients/index.ts'),
        import('#src/services/keys/index.ts'),
        import('#src/features/declarations.ts'),
      ]);
    const keys = await keyServices.createKeys({ ...installation, maintain: false });
    const clients = services.createClients({ ...installation, grantTypes: features.grantTypesOf() });
    try {
      return await work(
        createStoredUpstreams({
          ...installation,
          cipher: keys.cipher,
          clients,
          groups: createGroups(installation),
          onChange: (id) => publishUpstreams(installation.store, id),
        }),
      );
    } finally {
      clients.close();
      await keys.close();
    }
  });
