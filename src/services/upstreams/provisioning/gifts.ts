import type { Account, Accounts } from '../../accounts/index.ts';
import type { Groups } from '../../groups/index.ts';
import { giveClaims } from '../given-claims.ts';
import type { UpstreamIdentity } from '../identity.ts';
import type { Link } from '../links.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'findByEmail' | 'isRoleGroup'>;
  readonly groups: Pick<Groups, 'unknown'>;
}

/** What an upstream gives an account: claims and memberships. */
export interface Gifts {
  /**
   * The account that has verified the address of this person. None, if the upstream hasn't: what depends on the owner
   * would tell a person who may write any address into their profile there who has an account here.
   */
  ownerOfAddress(identity: UpstreamIdentity): Promise<Account | undefined>;
  /** `given` is what the upstream gave the account before. */
  to(
    account: Pick<Account, 'claims'> & { readonly id?: string },
    identity: UpstreamIdentity,
    given: Link['given'],
  ): Promise<{
    readonly claims: ReturnType<typeof giveClaims>['changes'];
    readonly given: Link['given'];
    readonly upstreamGroups: { readonly upstream: string; readonly groups: readonly string[] };
  }>;
}

export const createGifts = ({ accounts, groups }: Dependencies): Gifts => {
  const ownerOfAddress: Gifts['ownerOfAddress'] = async ({ email }) =>
    email?.isVerified ? accounts.findByEmail(email.address) : undefined;

  /** A group that an operator has deleted must not stop a sign-in. */
  const groupsOf = async ({ groups: named = [] }: UpstreamIdentity): Promise<readonly string[]> => {
    // The configuration refuses groups of administrators too; this holds for all that it doesn't know of.
    const harmless = named.filter((group) => !accounts.isRoleGroup(group));
    const unknown = harmless.length > 0 ? new Set(await groups.unknown(harmless)) : new Set();
    return harmless.filter((group) => !unknown.has(group));
  };

  return {
    ownerOfAddress,
    async to({ id, claims }, identity, former) {
      const owner = await ownerOfAddress(identity);
      const isEmailTaken = owner !== undefined && owner.id !== id;
      const { changes, given } = giveClaims({ claims, given: former }, identity, { isEmailTaken });
      const upstreamGroups = { upstream: identity.upstream, groups: await groupsOf(identity) };
      return { claims: changes, given, upstreamGroups };
    },
  };
};
