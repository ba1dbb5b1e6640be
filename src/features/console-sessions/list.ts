import type { Account } from '../../services/accounts/index.ts';
import { listRecords } from '../../services/audit/index.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import type { SessionSummary } from '../../services/sessions/index.ts';
import { type SessionRow, sessionsPage } from '../../views/console/sessions.ts';
import type { ConsoleSessionsDependencies } from './dependencies.ts';

const maxAccounts = 10;
const maxSessions = 20;
const recentRecords = 50;

export const listSessions = (dependencies: ConsoleSessionsDependencies): ConsoleHandler => {
  const { config, store, accounts, clients, sessions } = dependencies;

  const nameOf = async (client: string): Promise<string> =>
    (await clients.get(client))?.metadata.client_name ?? client;

  const recentAccounts = async (): Promise<readonly Account[]> => {
    if (!config.audit.enabled) return [];
    const { items } = await listRecords(
      store,
      { type: 'sign-in', outcome: 'ok' },
      { limit: recentRecords, maxPages: 1 },
    );
    const ids = [...new Set(items.flatMap(({ account }) => account ?? []))].slice(0, maxAccounts);
    const found = await Promise.all(ids.map((id) => accounts.find(id)));
    return found.flatMap((account) => account ?? []);
  };

  const wantedAccounts = async (q: string, id: string | undefined): Promise<readonly Account[]> => {
    if (id !== undefined) return [await accounts.find(id)].flatMap((account) => account ?? []);
    if (q.trim() === '') return recentAccounts();
    return (await accounts.search(q, { limit: maxAccounts })).items.slice(0, maxAccounts);
  };

  return async ({ by, frame, query }) => {
    const { q = '', account: id, after, done } = query;
    const mayEnd = by.permissions.has('sessions');

    const toRow = async (session: SessionSummary): Promise<SessionRow> => ({
      userAgent: session.origin.userAgent,
      address: session.lastUse?.address ?? session.origin.address,
      signedInAt: session.signedInAt,
      lastUsedAt: session.lastUse?.at,
      apps: await Promise.all(session.clients.filter((client) => client !== accountClientId).map(nameOf)),
      end: mayEnd ? `${consolePaths.sessions}/${encodeURIComponent(session.id)}` : undefined,
    });

    const toGroup = async (account: Account) => {
      const { items, next } = await sessions.list(account.id, {
        limit: maxSessions,
        ...(after !== undefined && { cursor: after }),
      });
      return {
        id: account.id,
        username: account.username,
        href: consolePaths.account(account.id),
        sessions: await Promise.all(items.map(toRow)),
        next,
      };
    };

    const found = await Promise.all((await wantedAccounts(q, id)).map(toGroup));
    const page = sessionsPage(frame, {
      path: consolePaths.sessions,
      q,
      // A person who was asked for is shown without sessions too.
      accounts: found.filter((one) => id !== undefined || one.sessions.length > 0),
      isRecent: id === undefined && q.trim() === '',
      isDone: done === 'yes',
    });
    return { page };
  };
};
