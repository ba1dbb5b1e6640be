import type { Installation } from '#src/command.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import type { Ended } from '#src/services/sessions/index.ts';
import { withSessionsOf } from './with-sessions.ts';

/** Ends all that an account is signed in to, and all that clients hold for it. */
export const endEverything = (installation: Installation, accounts: Accounts, id: string): Promise<Ended> =>
  withSessionsOf(installation, accounts, async ({ endEverything: end }) => {
    const total = { sessions: 0, grants: 0, requests: 0, consents: 0 };
    for (;;) {
      const { sessions, grants, requests, consents, complete } = await end(id);
      total.sessions += sessions;
      total.grants += grants;
      total.requests += requests;
      total.consents += consents;
      if (complete) return { ...total, complete };
    }
  });

/** For `--json` and the text alike. */
export const endedData = ({ sessions, grants, requests, consents }: Ended) => ({
  ended: { sessions, grants, requests, consents },
});

export const endedNote = ({ sessions, grants }: Ended): string =>
  `Ended: ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, and what applications held by ${grants} ${grants === 1 ? 'grant' : 'grants'}.`;
