/**
 * Owns what an account has, in numbers, for the first of its pages. It reads everything at once, in a read and a few lists
 * that don't wait for each other: asking the service of each subject would take more of them, and one after another. What
 * is behind a number belongs to the services of that name.
 */
import type { Clock, Store } from '../../store/port.ts';
import { factorsKey } from '../accounts/index.ts';
import { accountClientId } from '../clients/index.ts';
import { consentBody, itemFieldsOf } from '../connected-apps/index.ts';
import { readFactors } from '../factors/index.ts';
import { passkeysKey, readPasskeys } from '../passkeys/index.ts';
import { readGrant, readSession } from '../sessions/index.ts';
import type { UpstreamLinks, Upstreams } from '../upstreams/index.ts';

interface AccountSummary {
  readonly passkeys: number;
  readonly authenticators: number;
  /** The names of upstreams with a linked identity, the oldest first. */
  readonly upstreams: readonly string[];
  readonly sessions: number;
  /** Applications that hold grants, or that the person has allowed something. */
  readonly apps: number;
  /** The account has more sessions and grants, or more consents, than were read. */
  readonly hasMore: boolean;
}

export type SummarizeAccount = (account: string) => Promise<AccountSummary>;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly upstreams: Pick<Upstreams, 'all' | 'nameOf'>;
  readonly upstreamLinks: Pick<UpstreamLinks, 'listOf'>;
}

const limit = 100;

export const createSummarizeAccount =
  ({ store, clock, upstreams, upstreamLinks }: Dependencies): SummarizeAccount =>
  async (account) => {
    const newest = { limit, order: 'descending' } as const;
    const [[passkeys, factors], live, consents, links] = await Promise.all([
      store.read([passkeysKey(account), factorsKey(account)]),
      store.list('live', account, newest),
      store.list('consents', account, newest),
      upstreams.all.length > 0 ? upstreamLinks.listOf(account) : [],
    ]);
    const allowed = consents.items.filter(
      ({ document }) => document.body === consentBody && itemFieldsOf(document).length > 0,
    );
    const clients = new Set([
      ...allowed.map(({ key }) => key.id),
      ...live.items.flatMap((listed) => readGrant(listed)?.client ?? []),
    ]);
    // The sign-in to these pages.
    clients.delete(accountClientId);
    const now = clock.now();
    return {
      passkeys: readPasskeys(passkeys).passkeys.length,
      authenticators: readFactors(factors).authenticators.length,
      upstreams: links.map(({ link }) => upstreams.nameOf(link.upstream)),
      sessions: live.items.filter((listed) => readSession(listed, now) !== undefined).length,
      apps: clients.size,
      hasMore: live.next !== undefined || consents.next !== undefined,
    };
  };
