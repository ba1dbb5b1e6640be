import { searchText } from '../search/index.ts';
import type { Account } from './account.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts } from './contract.ts';
import { accountTexts, toExported } from './record.ts';
import type { AccountStore } from './store.ts';
import type { ToAccount } from './superseded.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly toAccount: ToAccount;
}

const exportPageSize = 500;

/** Lists accounts page by page. The first page begins with those of the configuration. */
export const createAccountLists = ({
  stored,
  configured,
  toAccount,
}: Dependencies): Pick<Accounts, 'list' | 'search' | 'members' | 'exportPage'> => ({
  async list({ limit = 50, cursor } = {}) {
    const { records, next } = await stored.list(limit, cursor);
    const accounts = records.map(toAccount);
    return {
      items: cursor === undefined ? [...configured.all(), ...accounts] : accounts,
      ...(next !== undefined && { next }),
    };
  },
  async search(prefix, { limit = 50, cursor } = {}) {
    const wanted = searchText(prefix);
    const matches = (account: Account) => accountTexts(account).some((text) => text.startsWith(wanted));
    const { records, next } = await stored.search(prefix, limit, cursor);
    const accounts = records.map(toAccount);
    return {
      items: cursor === undefined ? [...configured.all().filter(matches), ...accounts] : accounts,
      ...(next !== undefined && { next }),
    };
  },
  async members(group, { limit = 50, cursor } = {}) {
    const { records, next } = await stored.members(group, limit, cursor);
    const accounts = records.map(toAccount);
    return {
      items: cursor === undefined ? [...configured.members(group), ...accounts] : accounts,
      ...(next !== undefined && { next }),
    };
  },
  async exportPage(cursor) {
    const { records, next } = await stored.list(exportPageSize, cursor);
    return { items: records.map(toExported), ...(next !== undefined && { next }) };
  },
});
