import { Failure } from '../../../errors.ts';
import { newId } from '../../../store/new-id.ts';
import type { Clock, Store } from '../../../store/port.ts';
import type { Accounts } from '../../accounts/index.ts';
import type { Groups } from '../../groups/index.ts';
import type { UpstreamLinks } from '../links.ts';
import type { Upstreams } from '../upstreams.ts';
import { userNamesFor } from '../user-names.ts';
import { isEmailProblem, isLinkChanged, isNameProblem } from './conflicts.ts';
import type { Provisioning } from './contract.ts';
import { createGifts } from './gifts.ts';
import { groupsGivenBy } from './given-groups.ts';
import { createLinkWrites } from './link-writes.ts';
import { createUnlink } from './unlink.ts';

interface Dependencies {
  readonly store: Pick<Store, 'commit'>;
  readonly accounts: Accounts;
  readonly groups: Pick<Groups, 'unknown'>;
  readonly links: UpstreamLinks;
  readonly upstreams: Pick<Upstreams, 'find'>;
  readonly clock: Clock;
}

export const createProvisioning = ({
  store,
  accounts,
  groups,
  links,
  upstreams,
  clock,
}: Dependencies): Provisioning => {
  const gifts = createGifts({ accounts, groups });
  const linkWrites = createLinkWrites({ accounts, links, upstreams, clock });

  return {
    ownerOfAddress: gifts.ownerOfAddress,

    async find({ upstream, subject }) {
      const stored = await links.find(upstream, subject);
      const account = stored && (await linkWrites.accountOf(stored));
      return account && { stored, account, isSamePerson: linkWrites.isSamePerson(stored) };
    },

    async create(identity, also) {
      const { given, ...changes } = await gifts.to({ claims: {} }, identity, {});
      for (const username of userNamesFor(identity)) {
        try {
          const id = newId(16);
          const link = await linkWrites.toLink(id, identity, given);
          return await accounts.add(
            { id, username, ...changes, nameGivenBy: 'person' },
            { also: [link, ...also] },
          );
        } catch (error) {
          if (isLinkChanged(error) || isEmailProblem(error)) return undefined;
          if (!isNameProblem(error)) throw error;
        }
      }
      throw new Failure({
        code: 'account_exists',
        status: 409,
        message: `No user name is free for ${identity.email?.address ?? 'this person'}; try again.`,
      });
    },

    async link(account, identity, also, check) {
      try {
        if (account.from === 'configuration') {
          const link = await linkWrites.toLink(account.id, identity, {});
          await store.commit([link, ...also]);
          return account;
        }
        const { given, ...changes } = await gifts.to(account, identity, {});
        const link = await linkWrites.toLink(account.id, identity, given);
        const options = { also: [link, ...also], check, addressGivenBy: 'upstream' } as const;
        return await accounts.update(account.id, changes, options);
      } catch (error) {
        if (isLinkChanged(error)) return undefined;
        throw error;
      }
    },

    async update(stored, account, identity, also) {
      const { given, ...changes } = await gifts.to(account, identity, stored.link.given);
      const { claims, upstreamGroups } = changes;
      const former = groupsGivenBy(identity.upstream, account) ?? [];
      const isSame =
        Object.keys(claims).length === 0 &&
        JSON.stringify(former) === JSON.stringify(upstreamGroups.groups.toSorted());
      const writes = [linkWrites.toKeep(stored, identity, given), ...also];
      try {
        if (account.from === 'configuration' || isSame) {
          await store.commit(writes);
          return account;
        }
        return await accounts.update(account.id, changes, { also: writes, addressGivenBy: 'upstream' });
      } catch (error) {
        if (isLinkChanged(error)) return undefined;
        if (!isEmailProblem(error)) throw error;
        // The person signs in with the address that they had.
        const { email: _, email_verified: __, ...others } = claims;
        return accounts.update(account.id, { claims: others, upstreamGroups }, { also: writes });
      }
    },

    unlink: createUnlink({ accounts, links }),
  };
};
