import type { Account } from '../../services/accounts/index.ts';
import { type ConsoleHandler, consolePaths, pageSize, pagingOf } from '../../services/console-pages/index.ts';
import { type AccountRow, accountsPage } from '../../views/console/accounts.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { doneMessage } from './done.ts';

/** Pages without an account that the filter wants are passed over, but not for ever. */
const maxPages = 5;

const nameOf = ({ claims: { name, email } }: Account): string =>
  [name, email].filter((one) => typeof one === 'string').join(' · ');

export const listAccounts =
  ({ accounts }: Pick<ConsoleAccountsDependencies, 'accounts'>): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { q = '', status = '', after } = query;
    const isWanted = ({ enabled }: Account): boolean => status === '' || enabled === (status === 'enabled');

    const found: Account[] = [];
    let next = after;
    for (let pages = 0; pages < maxPages && found.length < pageSize; pages += 1) {
      const paging = { ...pagingOf({ after: next }), limit: pageSize - found.length };
      const page = q.trim() === '' ? await accounts.list(paging) : await accounts.search(q, paging);
      found.push(...page.items.filter(isWanted));
      next = page.next;
      if (next === undefined) break;
    }

    const toRow = (account: Account): AccountRow => ({
      href: consolePaths.account(account.id),
      username: account.username,
      detail: nameOf(account),
      groups: account.groups,
      enabled: account.enabled,
      isConfigured: account.from === 'configuration',
      hasRole: account.operatorGroups.some(accounts.isRoleGroup),
      createdAt: account.createdAt,
    });
    const page = accountsPage(frame, {
      path: consolePaths.accounts,
      accounts: found.map(toRow),
      filters: { q, status },
      next,
      add: by.permissions.has('accounts')
        ? { account: `${consolePaths.accounts}/new`, invitation: `${consolePaths.accounts}/invite` }
        : undefined,
      invitations: consolePaths.invitations,
      done: doneMessage(frame.text, query),
    });
    return { page };
  };
