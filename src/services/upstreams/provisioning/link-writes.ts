import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Write } from '../../../store/port.ts';
import type { Account, Accounts } from '../../accounts/index.ts';
import { labelOf, type UpstreamIdentity } from '../identity.ts';
import { isOfProvider, type Link, type StoredLink, type UpstreamLinks } from '../links.ts';
import type { Upstreams } from '../upstreams.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'find'>;
  readonly links: UpstreamLinks;
  readonly upstreams: Pick<Upstreams, 'find'>;
  readonly clock: Clock;
}

/** What a commit that makes, keeps or changes the link of a person writes. */
export interface LinkWrites {
  /** The account of a link. It waits for one that another request is making. */
  accountOf(stored: StoredLink): Promise<Account | undefined>;
  /** Whether a link is to a person of the provider that the upstream has now. */
  isSamePerson(stored: StoredLink): boolean;
  /** Links the person to an account. */
  toLink(account: string, identity: UpstreamIdentity, given: Link['given']): Promise<Write>;
  /**
   * Keeps what the upstream says now. It writes although nothing has changed, so that a person who is unlinked at the same
   * time gets nothing more.
   */
  toKeep(stored: StoredLink, identity: UpstreamIdentity, given: Link['given']): Write;
}

/** A link of an account that is gone is replaced, unless the account may be on its way: on a cluster it comes second. */
const orphanAfterMs = 60_000;
/** How long a request waits for an account that is on its way. */
const waitForAccount = { times: 40, ms: 50 };

export const createLinkWrites = ({ accounts, links, upstreams, clock }: Dependencies): LinkWrites => {
  /** Arrivals of an earlier release don't say it. */
  const issuerOf = ({ upstream, issuer }: Pick<UpstreamIdentity, 'upstream' | 'issuer'>) =>
    issuer ?? upstreams.find(upstream)?.linkedIssuer;

  const linkOf = (account: string, identity: UpstreamIdentity, given: Link['given']): Link => {
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

  const isSamePerson = ({ link }: StoredLink): boolean => {
    const upstream = upstreams.find(link.upstream);
    return upstream !== undefined && isOfProvider(upstream, link);
  };

  const isOld = ({ linkedAt }: Link): boolean => linkedAt < clock.now() - orphanAfterMs;

  return {
    async accountOf({ link }) {
      for (let time = 1; ; time += 1) {
        const account = await accounts.find(link.account);
        if (account || isOld(link) || time === waitForAccount.times) return account;
        await sleep(waitForAccount.ms);
      }
    },

    isSamePerson,

    async toLink(account, identity, given) {
      const link = linkOf(account, identity, given);
      const former = await links.find(link.upstream, link.subject);
      if (!former) return links.insertion(link);
      // The account had a link to a person of another provider.
      if (former.link.account === account && !isSamePerson(former)) return links.takeOver(former, link);
      const isOrphan = (await accounts.find(former.link.account)) === undefined;
      return isOrphan && isOld(former.link) ? links.takeOver(former, link) : links.insertion(link);
    },

    toKeep(stored, identity, given) {
      const { link } = stored;
      const label = labelOf(identity);
      const issuer = issuerOf(identity);
      const isSame =
        link.label === label &&
        link.issuer === issuer &&
        !stored.isUnbound &&
        JSON.stringify(link.given) === JSON.stringify(given);
      if (isSame) return links.keeping(stored);
      return links.change(stored, { ...link, ...(issuer !== undefined && { issuer }), label, given });
    },
  };
};
