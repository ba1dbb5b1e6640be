import { StoreUnavailable } from '../../../store/errors.ts';
import type { Write } from '../../../store/port.ts';
import { kinds } from '../../../store/record-kinds.ts';
import type { Account, Accounts } from '../../accounts/index.ts';
import type { StoredLink, UpstreamLinks } from '../links.ts';
import { isConflictAt, isConflictOf } from './conflicts.ts';
import type { Check, Provisioning } from './contract.ts';
import { groupsGivenBy } from './given-groups.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'endPendingSignIns' | 'update'>;
  readonly links: UpstreamLinks;
}

const maxAttempts = 5;

export const createUnlink = ({ accounts, links }: Dependencies): Provisioning['unlink'] => {
  /** Commits the writes that remove a link with the end of what it has given the account. */
  const removeLink = async (
    account: Account,
    upstream: string,
    options: { readonly also: readonly Write[]; readonly check: Check | undefined },
  ): Promise<unknown> =>
    groupsGivenBy(upstream, account) === undefined
      ? accounts.endPendingSignIns(account.id, options)
      : accounts.update(
          account.id,
          { upstreamGroups: { upstream, groups: [] }, endsPendingSignIns: true },
          options,
        );

  return async (account, stored, also, check) => {
    const { upstream, subject } = stored.link;
    let current: StoredLink | undefined = stored;
    for (let attempt = 1; current?.link.account === account.id; attempt += 1) {
      const writes = [...also, ...links.removal(current)];
      try {
        await removeLink(account, upstream, { also: writes, check });
        // A sign-in by the link may have been made between the time in that commit and the commit.
        await accounts.endPendingSignIns(account.id);
        return 'removed';
      } catch (error) {
        if (!isConflictOf(error, kinds.upstreamLink, kinds.passkeys)) throw error;
        if (!isConflictAt(error, stored.key)) return 'refused';
        if (attempt === maxAttempts) throw new StoreUnavailable('a link changes too often', { cause: error });
      }
      // A sign-in changes what the link keeps of the person.
      current = await links.find(upstream, subject);
    }
    return 'gone';
  };
};
