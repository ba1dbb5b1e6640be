import type { CommandContext, Installation } from '#src/command.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import type { EndEverything, Sessions } from '#src/services/sessions/index.ts';
import { withAccounts } from './with-accounts.ts';

interface SessionServices {
  readonly sessions: Sessions;
  readonly endEverything: EndEverything;
}

/** Builds the services that end sessions and grants, beside accounts that the command has built. */
export const withSessionsOf = async <T>(
  installation: Installation,
  accounts: Accounts,
  work: (services: SessionServices) => Promise<T>,
): Promise<T> => {
  const [{ createSessionServices }, { createClients }, { grantTypesOf }] = await Promise.all([
    import('#src/services/sessions/index.ts'),
    import('#src/services/clients/index.ts'),
    import('#src/features/declarations.ts'),
  ]);
  const clients = createClients({ ...installation, grantTypes: grantTypesOf() });
  try {
    return await work(createSessionServices({ ...installation, accounts, clients }));
  } finally {
    clients.close();
  }
};

export const withSessions = <T>(
  context: CommandContext,
  work: (sessions: Sessions, accounts: Accounts) => Promise<T>,
): Promise<T> =>
  withAccounts(context, (accounts, installation) =>
    withSessionsOf(installation, accounts, ({ sessions }) => work(sessions, accounts)),
  );
