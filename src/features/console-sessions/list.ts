import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import type { SessionSummary } from '../../services/sessions/index.ts';
import { type SessionRow, sessionsPage } from '../../views/console/sessions.ts';
import type { ConsoleSessionsDependencies } from './dependencies.ts';
import { readRecentAccounts } from './recent-accounts.ts';

type WantedAccounts = Awaited<ReturnType<typeof readRecentAccounts>>;

const maxAccounts = 10;
const maxSessions = 20;

export const listSessions = (dependencies: ConsoleSessionsDependencies): ConsoleHandler => {
  const { accounts, clients, sessions } = dependencies;

  const nameOf = async (client: string): Promise<string> =>
    (await clients.get(client))?.metadata.client_name ?? client;

  const wantedAccounts = async (query: Form): Promise<WantedAccounts> => {
    const { q = '', account: id, until = '', cursor } = query;
    if (id !== undefined)
      return { accounts: [await accounts.find(id)].flatMap((account) => account ?? []), next: undefined };
    if (q.trim() === '')
      return readRecentAccounts(dependencies, {
        until: /^\d{1,15}$/.test(until) ? Number(until) : undefined,
        cursor,
      });
    const { items, next } = await accounts.search(q, {
      limit: maxAccounts,
      ...(cursor !== undefined && { cursor }),
    });
    return { accounts: items, next: next === undefined ? undefined : { cursor: next } };
  };

  return async ({ by, frame, query }) => {
    const { q = '', account: id, after, done } = query;
    const mayEndOf = ({ operatorGroups }: Account): boolean =>
      by.permissions.has('sessions') &&
      (by.permissions.has('roles') || !operatorGroups.some(accounts.isRoleGroup));

    const toRow = async (session: SessionSummary, mayEnd: boolean): Promise<SessionRow> => ({
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
        sessions: await Promise.all(items.map((session) => toRow(session, mayEndOf(account)))),
        next,
      };
    };

    const { accounts: wanted, next } = await wantedAccounts(query);
    const found = await Promise.all(wanted.map(toGroup));
    const page = sessionsPage(frame, {
      path: consolePaths.sessions,
      q,
      // A person who was asked for is shown without sessions too.
      accounts: found.filter((one) => id !== undefined || one.sessions.length > 0),
      next: next && { until: next.until?.toString(), cursor: next.cursor },
      isRecent: id === undefined && q.trim() === '',
      isDone: done === 'yes',
    });
    return { page };
  };
};
