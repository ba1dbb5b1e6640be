import { type Account, exactNameOf, type Json } from '../../services/accounts/index.ts';
import { listRecords } from '../../services/audit/index.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import { type AccountDetailModel, accountDetailPage } from '../../views/console/account.ts';
import type { EntryModel } from '../../views/console/record.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { doneMessage } from './done.ts';
import { findAccount } from './find.ts';
import { offeredActions } from './offered-actions.ts';
import { waysToSignIn } from './ways-to-sign-in.ts';

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const shownSessions = 10;
const shownEntries = 10;

export const showAccount = (dependencies: ConsoleAccountsDependencies): ConsoleHandler => {
  const { config, store, accounts, clients, connectedApps, mail, sessions } = dependencies;

  const appName = async (client: string): Promise<string> =>
    (await clients.get(client))?.metadata.client_name ?? client;

  const groupsOf = (account: Account): AccountDetailModel['groups'] => {
    const upstreamOf = (name: string): string | undefined =>
      Object.entries(account.upstreamGroups ?? {}).find(([, names]) => names.includes(name))?.[0];
    return account.groups.map((name) => ({
      name,
      href: consolePaths.group(name),
      upstream: upstreamOf(name),
      givesRole: account.operatorGroups.includes(name) && accounts.isRoleGroup(name),
    }));
  };

  const entriesOf = async (id: string): Promise<readonly EntryModel[]> => {
    const { items } = await listRecords(store, { account: id }, { limit: shownEntries });
    return items.map(({ at, type, outcome, reason, client, address }) => ({
      at,
      type,
      outcome,
      reason,
      account: undefined,
      client,
      address,
    }));
  };

  return async (visit) => {
    const { by, frame, query } = visit;
    const account = await findAccount(dependencies, visit);
    const { id } = account;
    const path = consolePaths.account(id);
    const hasRole = account.operatorGroups.some(accounts.isRoleGroup);
    const mayChange = !hasRole || by.permissions.has('roles');
    const mayEnd = mayChange && by.permissions.has('sessions');
    const isStored = account.from === 'store';
    const mayEdit = mayChange && by.permissions.has('accounts');
    const showsRecord = config.audit.enabled && by.permissions.has('audit');
    const [ways, live, apps, entries] = await Promise.all([
      waysToSignIn(dependencies, account, mayEdit),
      sessions.list(id, { limit: shownSessions }),
      connectedApps.list(id),
      showsRecord ? entriesOf(id) : undefined,
    ]);
    const hasAuditPage = frame.menu.some(({ href }) => href === consolePaths.audit);
    const page = accountDetailPage(frame, {
      account: {
        id,
        username: account.username,
        enabled: account.enabled,
        hasPassword: account.hasPassword,
        isConfigured: !isStored,
        isSuperseded: account.isSuperseded === true,
        hasRole,
        createdAt: account.createdAt,
        passwordChangedAt: account.passwordChangedAt,
        signedOutAt: account.signedOutAt,
        acr: account.acr,
        required: account.required ?? [],
      },
      claims: Object.entries(account.claims).map(([name, value]) => ({ name, value: textOf(value) })),
      groups: groupsOf(account),
      ...ways,
      sessions: live.items.map((session) => ({
        userAgent: session.origin.userAgent,
        address: session.lastUse?.address ?? session.origin.address,
        signedInAt: session.signedInAt,
        lastUsedAt: session.lastUse?.at,
        end: mayEnd ? `${consolePaths.sessions}/${encodeURIComponent(session.id)}` : undefined,
      })),
      allSessions: `${consolePaths.sessions}?${new URLSearchParams({ account: id })}`,
      apps: await Promise.all(
        apps
          .filter(({ client }) => client !== accountClientId)
          .map(async ({ client, connectedAt, usedAt }) => ({
            name: await appName(client),
            connectedAt,
            usedAt,
            disconnect: mayEnd ? `${path}/apps/${encodeURIComponent(client)}` : undefined,
          })),
      ),
      entries,
      allActivity: hasAuditPage
        ? `${consolePaths.audit}?${new URLSearchParams({ account: exactNameOf(id) })}`
        : undefined,
      actions: mayChange ? offeredActions(visit, account, mail) : [],
      danger:
        isStored && mayEdit
          ? { href: `${path}/remove`, label: frame.text.accounts.actions.remove.link }
          : undefined,
      isProtected: !mayChange,
      done: doneMessage(frame.text, query),
    });
    return { page };
  };
};
