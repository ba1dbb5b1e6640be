import { exitCode, Failure } from '../../errors.ts';
import type { Account } from './account.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { SupersededAccount } from './contract.ts';
import { type AccountRecord, toAccount } from './record.ts';
import { preferredUsernameOf } from './sign-in-names.ts';
import type { AccountStore } from './store.ts';

export type ToAccount = (record: AccountRecord) => Account;

export interface Superseded {
  isSuperseded(record: Pick<AccountRecord, 'id' | 'username'>): boolean;
  /** The account as everything outside of this folder sees it. */
  readonly toAccount: ToAccount;
  /** Throws when no operation can make the account usable under its present user name. */
  refuseSuperseded(record: AccountRecord): void;
}

/**
 * A person may have signed up by a name before the operator gave it to an account of the configuration. That one wins. The
 * other account can't be used until it has another user name: otherwise both would be the same person to applications that
 * go by the name, and the pages of one would check the password of the other.
 */
export const createSuperseded = ({
  configured,
}: {
  readonly configured: Pick<ConfiguredAccounts, 'byId' | 'holderOf'>;
}): Superseded => {
  const isSuperseded: Superseded['isSuperseded'] = ({ id, username }) =>
    configured.holderOf(username) !== undefined || configured.byId.has(id);

  /** A claim that is the name of a configured account gives way to the user name. */
  const claimsOf = ({ username, claims }: AccountRecord): Account['claims'] => {
    const preferred = preferredUsernameOf({ username, claims });
    const isName = preferred !== undefined && configured.holderOf(preferred) !== undefined;
    return isName ? { ...claims, preferred_username: username } : claims;
  };

  return {
    isSuperseded,
    toAccount: (record) => ({
      ...toAccount({ ...record, claims: claimsOf(record) }),
      ...(isSuperseded(record) && { enabled: false, isSuperseded: true }),
    }),
    refuseSuperseded(record) {
      if (!isSuperseded(record)) return;
      throw new Failure({
        code: 'account_superseded',
        message: `An account of the configuration has the user name ${record.username}. Give this one another user name first, or rename or remove that one in the configuration.`,
        status: 409,
        exit: exitCode.conflict,
      });
    },
  };
};

interface Dependencies {
  readonly configured: Pick<ConfiguredAccounts, 'all'>;
  readonly stored: Pick<AccountStore, 'byName'>;
  readonly isSuperseded: Superseded['isSuperseded'];
}

/** Looks the names of each configured account up in the store. One with the same `sub` was moved on purpose. */
export const createFindSuperseded =
  ({ configured, stored, isSuperseded }: Dependencies) =>
  async (): Promise<readonly SupersededAccount[]> => {
    const found: SupersededAccount[] = [];
    for (const { id, username, claims } of configured.all()) {
      for (const name of new Set([username, claims['email'], claims['preferred_username']])) {
        const held = typeof name === 'string' ? await stored.byName(name) : undefined;
        if (!held || held.record.id === id || !isSuperseded(held.record)) continue;
        found.push({ id: held.record.id, username: held.record.username, by: username });
      }
    }
    return found;
  };
