import type { Installation } from '#src/command.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import type { Ended } from '#src/services/sessions/index.ts';

/** Ends all that an account is signed in to, and all that clients hold for it. */
export const endEverything = async (
  installation: Installation,
  accounts: Accounts,
  id: string,
): Promise<Ended> => {
  const [{ createEndEverything }, { createClients }, { grantTypesOf }] = await Promise.all([
    import('#src/services/sessions/index.ts'),
    import('#src/services/clients/index.ts'),
    import('#src/features/declarations.ts'),
  ]);
  const clients = createClients({ ...installation, grantTypes: grantTypesOf() });
  try {
    const end = createEndEverything({ ...installation, accounts, clients });
    const total = { sessions: 0, grants: 0, requests: 0, consents: 0 };
    for (;;) {
      const { sessions, grants, requests, consents, complete } = await end(id);
      total.sessions += sessions;
      total.grants += grants;
      total.requests += requests;
      total.consents += consents;
      if (complete) return { ...total, complete };
    }
  } finally {
    clients.close();
  }
};

/** For `--json` and the text alike. */
export const endedData = ({ sessions, grants, requests, consents }: Ended) => ({
  ended: { sessions, grants, requests, consents },
});

export const endedNote = ({ sessions, grants }: Ended): string =>
  `Ended: ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, and what applications held by ${grants} ${grants === 1 ? 'grant' : 'grants'}.`;
