import type { Write } from '../../../store/port.ts';
import type { Account } from '../../accounts/index.ts';
import type { UpstreamIdentity } from '../identity.ts';
import type { StoredLink } from '../links.ts';

interface Linked {
  readonly stored: StoredLink;
  readonly account: Account;
  /** False for a link to the person of another provider, which had the id of the upstream before. It signs no one in. */
  readonly isSamePerson: boolean;
}

/** Throws when the account must not be changed as it is. */
export type Check = (held: Account) => void;

/** `gone`: another request has unlinked it. `refused`: a condition has failed, as that there is another way to sign in. */
export type Unlinking = 'removed' | 'gone' | 'refused';

/** Makes, links and updates accounts as an upstream describes their people. `also` is committed together with each. */
export interface Provisioning {
  /** The account that is linked to this subject, if there is one. */
  find(identity: UpstreamIdentity): Promise<Linked | undefined>;
  /** The account that has verified the address of this person. None, if the upstream hasn't verified it. */
  ownerOfAddress(identity: UpstreamIdentity): Promise<Account | undefined>;
  /** Undefined when another request has linked the person meanwhile, or another account has verified the address. */
  create(identity: UpstreamIdentity, also: readonly Write[]): Promise<Account | undefined>;
  /** Undefined when the person is linked to another account by now. */
  link(
    account: Account,
    identity: UpstreamIdentity,
    also: readonly Write[],
    check?: Check,
  ): Promise<Account | undefined>;
  /** Sets what the upstream says now. Undefined when the person was unlinked meanwhile. */
  update(
    stored: StoredLink,
    account: Account,
    identity: UpstreamIdentity,
    also: readonly Write[],
  ): Promise<Account | undefined>;
  /**
   * Unlinks, and ends the memberships that the upstream has given and the sign-ins that have no session yet. It succeeds
   * for one of several requests at the same time.
   */
  unlink(account: Account, stored: StoredLink, also: readonly Write[], check?: Check): Promise<Unlinking>;
}
