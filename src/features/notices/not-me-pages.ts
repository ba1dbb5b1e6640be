import type { FastifyPluginAsync } from 'fastify';
import { signInMethodsPath } from '../../services/account-pages/index.ts';
import { type Account, type FormerAddress, isRestorable } from '../../services/accounts/index.ts';
import { verifiedAddressOf } from '../../services/mail/index.ts';
import { linkGone, type OneTimeLink, submitOnce } from '../../services/one-time-links/index.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { notMeDonePage, notMePage } from '../../views/pages/not-me.ts';
import type { NoticesDependencies } from './dependencies.ts';
import { notMePath, notMePurpose } from './paths.ts';

interface WithToken {
  Params: { readonly token: string };
}

interface Reported {
  /** Ways to sign in that were added before this moment stay. */
  readonly since: number;
  readonly former: FormerAddress | undefined;
  /** Throws when the link doesn't count for the account any more. */
  readonly check: (held: Account) => void;
  readonly by: { readonly address: string; readonly correlation: string };
}

/** Each round but the last one has removed something that was added meanwhile. */
const maxRounds = 5;

/** The address that comes back, for a link of the notice to a former address. */
const formerAddressIn = ({ email, data }: OneTimeLink): FormerAddress | undefined =>
  data?.['changedAt'] === undefined || email === undefined
    ? undefined
    : { email, changedAt: Number(data['changedAt']) };

/**
 * A reader of mail at an address that the account has left must not remove what its owner has set up since, unless that
 * address may come back.
 */
const checkOf = (link: OneTimeLink): Reported['check'] => {
  const former = formerAddressIn(link);
  return (held) => {
    if (former ? !isRestorable(held, former) : verifiedAddressOf(held) !== link.email) throw linkGone();
  };
};

/** What a notice is about is older than the notice by a moment. */
const addedBeforeMs = 60_000;

export const notMePages = ({
  store,
  events,
  pages,
  accounts,
  endEverything,
  links,
  passkeys,
  factors,
  upstreamLinks,
  provisioning,
  requestReset,
}: NoticesDependencies): FastifyPluginAsync => {
  const findNotMe = async (token: string) => {
    const link = await links.find(notMePurpose, token);
    const account: Account | undefined = await accounts.find(link.account ?? '');
    if (!account) throw linkGone();
    const former = formerAddressIn(link);
    const owner = former && (await accounts.findByEmail(former.email));
    if (owner && owner.id !== account.id) throw linkGone();
    const check = checkOf(link);
    check(account);
    return { account, link, former, check };
  };

  /** A link to an upstream is another way to sign in, so one that was added since goes as well. */
  const unlinkSince = async (account: Account, since: number): Promise<number> => {
    const added = (await upstreamLinks.listOf(account.id)).filter(({ link }) => link.linkedAt >= since);
    for (const stored of added) await provisioning.unlink(account, stored, []);
    return added.length;
  };

  /** Returns how many ways to sign in there were. */
  const removeWays = async (account: Account, { since, check, by }: Reported): Promise<number> => {
    const held = (await accounts.find(account.id)) ?? account;
    const hasPassword = held.from === 'store' && held.hasPassword;
    if (hasPassword) await accounts.removePassword(account.id, { check });
    const removed = [
      await passkeys.removeAll(account, { since, by }),
      await factors.removeSince(held, since, by),
      await unlinkSince(account, since),
    ];
    return removed.reduce((sum, count) => sum + count, hasPassword ? 1 : 0);
  };

  /**
   * What is signed in ends first: from then on no request of it, even one under way, adds a way to sign in. Someone may
   * sign in by a way before it is removed, and add another one, so it goes on until nothing was there to remove.
   */
  const takeBack = async (account: Account, reported: Reported): Promise<void> => {
    const { former, check } = reported;
    for (let round = 1; round <= maxRounds; round += 1) {
      await endEverything(account.id);
      if (round === 1 && former) await accounts.removePassword(account.id, { former, check });
      if ((await removeWays(account, reported)) === 0) return;
    }
    await endEverything(account.id);
  };

  return async (scope) => {
    scope.get(notMePath, async (request, reply) =>
      pages.send(request, reply, notMeDonePage(pages.pageFor(request), { check: signInMethodsPath })),
    );

    scope.get<WithToken>(`${notMePath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const { account, former } = await findNotMe(token);
      const body = notMePage(pages.pageFor(request), {
        action: `${notMePath}/${token}`,
        account: account.username,
        restoredEmail: former?.email,
      });
      return pages.send(request, reply, body);
    });

    scope.post<WithToken>(`${notMePath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const done = () => reply.header('cache-control', 'no-store').redirect(notMePath, 303);
      return submitOnce({
        async submit() {
          const { link, account, former, check } = await findNotMe(token);
          // Before the link is used up: a request that was interrupted can be repeated.
          const since = Number(link.data?.['at'] ?? link.createdAt) - addedBeforeMs;
          const by = { address: request.ip, correlation: request.id };
          await takeBack(account, { since, former, check, by });
          await links.useUp(link, async (consume) => {
            const work = new UnitOfWork(store);
            work.stage(consume);
            await requestReset(account, work, { mayArriveTwice: true });
            await work.commit();
          });
          events.emit({
            type: 'account.reported',
            outcome: 'ok',
            account: account.id,
            address: request.ip,
            correlation: request.id,
          });
          return done();
        },
        isRepeated: async () => (await links.findJustUsed(notMePurpose, token)) !== undefined,
        done,
      });
    });
  };
};
