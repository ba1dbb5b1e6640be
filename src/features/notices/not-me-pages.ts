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
    const former = await findFormer(account, link);
    // A reader of mail at an address that the account has left must not remove what its owner has set up since.
    if (!former && verifiedAddressOf(account) !== link.email) throw linkGone();
    return { account, link, former };
  };

  /** The address that comes back, for a link of the notice to a former address. */
  const findFormer = async (
    account: Account,
    { email, data }: OneTimeLink,
  ): Promise<FormerAddress | undefined> => {
    if (data?.['changedAt'] === undefined || email === undefined) return undefined;
    const changedAt = Number(data['changedAt']);
    const owner = await accounts.findByEmail(email);
    if (!isRestorable(account, changedAt) || (owner && owner.id !== account.id)) throw linkGone();
    return { email, changedAt };
  };

  /** A link to an upstream is another way to sign in, so one that was added since goes as well. */
  const unlinkSince = async (account: Account, since: number): Promise<void> => {
    const links = await upstreamLinks.listOf(account.id);
    for (const stored of links.filter(({ link }) => link.linkedAt >= since))
      await provisioning.unlink(account, stored, []);
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
          const { link, account, former } = await findNotMe(token);
          // Before the link is used up: a request that was interrupted can be repeated. The password comes first, so
          // that no new sign-in follows.
          if (account.from === 'store') await accounts.removePassword(account.id, former);
          const since = Number(link.data?.['at'] ?? link.createdAt) - addedBeforeMs;
          const by = { address: request.ip, correlation: request.id };
          await passkeys.removeAll(account, { since, by });
          await factors.removeSince(account, since, by);
          await unlinkSince(account, since);
          await endEverything(account.id);
          await links.useUp(link, async (consume) => {
            const work = new UnitOfWork(store);
            work.stage(consume);
            await requestReset(account, work);
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
