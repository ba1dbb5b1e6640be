import { Failure } from '../../errors.ts';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock, Key, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Groups } from '../groups/index.ts';
import { giveClaims } from './given-claims.ts';
import { labelOf, type UpstreamIdentity } from './identity.ts';
import { isOfProvider, type StoredLink, type UpstreamLinks } from './links.ts';
import type { Upstreams } from './upstreams.ts';
import { userNamesFor } from './user-names.ts';

interface Dependencies {
  readonly store: Pick<Store, 'commit'>;
  readonly accounts: Accounts;
  readonly groups: Pick<Groups, 'unknown'>;
  readonly links: UpstreamLinks;
  readonly upstreams: Pick<Upstreams, 'find'>;
  readonly clock: Clock;
}

interface Linked {
  readonly stored: StoredLink;
  readonly account: Account;
  /** False for a link to the person of another provider, which had the id of the upstream before. It signs no one in. */
  readonly isSamePerson: boolean;
}

/** Makes, links and updates accounts as an upstream describes their people. */
export interface Provisioning {
  /** The account that is linked to this subject, if there is one. */
  find(identity: UpstreamIdentity): Promise<Linked | undefined>;
  /** The account that has verified the address of this person. */
  ownerOfAddress(identity: UpstreamIdentity): Promise<Account | undefined>;
  /**
   * Undefined when another request has linked the person meanwhile, or another account has verified the address. `also` is
   * committed together with the account.
   */
  create(identity: UpstreamIdentity, also: readonly Write[]): Promise<Account | undefined>;
  /** Undefined when the person is linked to another account by now. `check` throws when the account must not be linked. */
  link(
    account: Account,
    identity: UpstreamIdentity,
    also: readonly Write[],
    check?: (held: Account) => void,
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
   * for one of several requests at the same time. `check` throws when the account must not be changed as it is.
   */
  unlink(
    account: Account,
    stored: StoredLink,
    also: readonly Write[],
    check?: (held: Account) => void,
  ): Promise<Unlinking>;
}

/** `gone`: another request has unlinked it. `refused`: a condition has failed, as that there is another way to sign in. */
export type Unlinking = 'removed' | 'gone' | 'refused';

const nameProblems: ReadonlySet<string> = new Set([
  'account_exists',
  'username_reserved',
  'username_invalid',
  'username_kept',
]);

const isEmailProblem = (error: unknown): boolean => error instanceof Failure && error.code === 'email_taken';

const isNameProblem = (error: unknown): boolean => error instanceof Failure && nameProblems.has(error.code);

const conflictIn = (error: unknown): Conflict | undefined => {
  const conflict = error instanceof StoreUnavailable ? error.cause : error;
  return conflict instanceof Conflict ? conflict : undefined;
};

const isConflictOf = (error: unknown, ...of: readonly string[]): boolean =>
  of.includes(conflictIn(error)?.key.kind ?? '');

const isConflictAt = (error: unknown, { kind, family }: Key): boolean => {
  const at = conflictIn(error)?.key;
  return at?.kind === kind && at.family === family;
};

/** The link was made or removed by another request. */
const isLinkChanged = (error: unknown): boolean => isConflictOf(error, kinds.upstreamLink);

/** A link of an account that is gone is replaced, unless the account may be on its way: on a cluster it comes second. */
const orphanAfterMs = 60_000;
const maxAttempts = 5;

/** Throws when the account must not be changed as it is. */
type Check = ((held: Account) => void) | undefined;

export const createProvisioning = ({
  store,
  accounts,
  groups,
  links,
  upstreams,
  clock,
}: Dependencies): Provisioning => {
  /** Arrivals of an earlier release don't say it. */
  const issuerOf = ({ upstream, issuer }: Pick<UpstreamIdentity, 'upstream' | 'issuer'>) =>
    issuer ?? upstreams.find(upstream)?.linkedIssuer;

  const isSamePerson = ({ link }: StoredLink): boolean => {
    const upstream = upstreams.find(link.upstream);
    return upstream !== undefined && isOfProvider(upstream, link);
  };

  const ownerOfAddress: Provisioning['ownerOfAddress'] = async ({ email }) =>
    email === undefined ? undefined : accounts.findByEmail(email.address);

  const isEmailTaken = async (identity: UpstreamIdentity, account?: string): Promise<boolean> => {
    const owner = await ownerOfAddress(identity);
    return owner !== undefined && owner.id !== account;
  };

  /** A group that an operator has deleted must not stop a sign-in. */
  const upstreamGroupsOf = async ({ upstream, groups: named = [] }: UpstreamIdentity) => {
    // The configuration refuses groups of administrators too; this holds for all that it doesn't know of.
    const harmless = named.filter((group) => !accounts.isRoleGroup(group));
    const unknown = harmless.length > 0 ? new Set(await groups.unknown(harmless)) : new Set();
    return { upstream, groups: harmless.filter((group) => !unknown.has(group)) };
  };

  const linkOf = (
    account: string,
    identity: UpstreamIdentity,
    given: StoredLink['link']['given'],
  ): StoredLink['link'] => {
    const { upstream, subject } = identity;
    const issuer = issuerOf(identity);
    return {
      upstream,
      ...(issuer !== undefined && { issuer }),
      subject,
      account,
      linkedAt: clock.now(),
      label: labelOf(identity),
      given,
    };
  };

  /**
   * The write that links, also in place of a link to an account that is gone, and of one that the account had to a person
   * of another provider.
   */
  const linking = async (link: StoredLink['link']): Promise<Write> => {
    const former = await links.find(link.upstream, link.subject);
    if (!former) return links.insertion(link);
    if (former.link.account === link.account && !isSamePerson(former)) return links.takeOver(former, link);
    const isOrphan = (await accounts.find(former.link.account)) === undefined;
    return isOrphan && former.link.linkedAt < clock.now() - orphanAfterMs
      ? links.takeOver(former, link)
      : links.insertion(link);
  };

  const change = async (
    account: Account,
    identity: UpstreamIdentity,
    check: Check,
    write: (given: StoredLink['link']['given']) => Promise<readonly Write[]>,
  ): Promise<Account> => {
    const taken = await isEmailTaken(identity, account.id);
    const next = giveClaims({ claims: account.claims, given: {} }, identity, { isEmailTaken: taken });
    const upstreamGroups = await upstreamGroupsOf(identity);
    return accounts.update(
      account.id,
      { claims: next.changes, upstreamGroups },
      { also: await write(next.given), check, addressGivenBy: 'upstream' },
    );
  };

  /** Commits the writes that remove a link with the end of what it has given the account. */
  const removeLink = async (
    { id, upstreamGroups }: Account,
    upstream: string,
    options: { readonly also: readonly Write[]; readonly check: Check },
  ): Promise<unknown> =>
    upstreamGroups?.[upstream] === undefined
      ? accounts.endPendingSignIns(id, options)
      : accounts.update(id, { upstreamGroups: { upstream, groups: [] }, endsPendingSignIns: true }, options);

  return {
    ownerOfAddress,

    async find({ upstream, subject }) {
      const stored = await links.find(upstream, subject);
      const account = stored && (await accounts.find(stored.link.account));
      return account && { stored, account, isSamePerson: isSamePerson(stored) };
    },

    async create(identity, also) {
      const { email } = identity;
      const taken = await isEmailTaken(identity);
      const { changes, given } = giveClaims({ claims: {}, given: {} }, identity, { isEmailTaken: taken });
      const upstreamGroups = await upstreamGroupsOf(identity);
      for (const username of userNamesFor(identity)) {
        try {
          const id = newId(16);
          const link = await linking(linkOf(id, identity, given));
          return await accounts.add(
            { id, username, claims: changes, upstreamGroups, nameGivenBy: 'person' },
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
        message: `No user name is free for ${email?.address ?? 'this person'}; try again.`,
      });
    },

    async link(account, identity, also, check) {
      try {
        if (account.from === 'store')
          return await change(account, identity, check, async (given) => [
            await linking(linkOf(account.id, identity, given)),
            ...also,
          ]);
        const write = await linking(linkOf(account.id, identity, {}));
        await store.commit([write, ...also]);
        return account;
      } catch (error) {
        if (isLinkChanged(error)) return undefined;
        throw error;
      }
    },

    async update(stored, account, identity, also) {
      const { link } = stored;
      const taken = await isEmailTaken(identity, account.id);
      const { changes, given } = giveClaims({ claims: account.claims, given: link.given }, identity, {
        isEmailTaken: taken,
      });
      const upstreamGroups = await upstreamGroupsOf(identity);
      const former = account.upstreamGroups?.[identity.upstream] ?? [];
      const isSame =
        Object.keys(changes).length === 0 &&
        JSON.stringify(former) === JSON.stringify(upstreamGroups.groups.toSorted());
      const label = labelOf(identity);
      const issuer = issuerOf(identity);
      const isLinkSame =
        link.label === label &&
        link.issuer === issuer &&
        !stored.isUnbound &&
        JSON.stringify(link.given) === JSON.stringify(given);
      const changed = { ...link, ...(issuer !== undefined && { issuer }), label, given };
      // Each commit has this write, so that a person who is unlinked at the same time gets nothing more.
      const ofLink = isLinkSame ? links.keeping(stored) : links.change(stored, changed);
      const writes = [ofLink, ...also];
      try {
        if (account.from === 'configuration' || isSame) {
          await store.commit(writes);
          return account;
        }
        const options = { also: writes, addressGivenBy: 'upstream' } as const;
        return await accounts.update(account.id, { claims: changes, upstreamGroups }, options);
      } catch (error) {
        if (isLinkChanged(error)) return undefined;
        if (!isEmailProblem(error)) throw error;
        // Another account has verified the address meanwhile. The person signs in with the one that they had.
        const { email: _, email_verified: __, ...others } = changes;
        return accounts.update(account.id, { claims: others, upstreamGroups }, { also: writes });
      }
    },

    async unlink(account, stored, also, check) {
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
          if (attempt === maxAttempts)
            throw new StoreUnavailable('a link changes too often', { cause: error });
        }
        // A sign-in changes what the link keeps of the person.
        current = await links.find(upstream, subject);
      }
      return 'gone';
    },
  };
};
