/**
 * Owns the pages on which people link identities of other providers to their account, and unlink them. Signing in by one,
 * and the redirect URI, belong to features/upstream-sign-in; what a link is, to services/upstreams.
 *
 * GET  /account/upstreams                    the links, and the upstreams that can be linked
 * GET  /account/upstreams/connect/:upstream  goes on to the next one; needs a recent sign-in
 * GET  /account/upstreams/connect/:upstream/go
 *                                            303 to the upstream, with an encrypted cookie for its callback
 * GET  /account/upstreams/confirm            came back with `arrival=SECRET`: asks, for this account and session only
 *                                            with `failed=PROBLEM`: the list with a sentence · needs a recent sign-in
 * POST /account/upstreams/confirm            linked: 303 to the list · to another account by now: 409
 * GET  /account/upstreams/:id/remove         asks; needs a recent sign-in
 * POST /account/upstreams/:id/remove         the last way to sign in: 409 · unlinked: 303 to the list
 */
import type { Feature } from '../../feature.ts';
import type { AccountUpstreamsDependencies } from './dependencies.ts';
import { upstreamsPath } from './paths.ts';

export { removeIdentityPath, upstreamsPath } from './paths.ts';

export const accountUpstreams = (dependencies: AccountUpstreamsDependencies): Feature => {
  const { links, upstreams } = dependencies;
  const hasUpstreams = (): boolean => upstreams.all.length > 0;
  /** Links outlive the upstream that made them, so an account has them also when there are no upstreams. */
  const exports = {
    upstreams: async ({ id }: { readonly id: string }) =>
      (await links.listOf(id)).map(({ link: { upstream, subject, label, linkedAt } }) => ({
        upstream,
        subject,
        label,
        linked_at: new Date(linkedAt).toISOString(),
      })),
  };
  return {
    name: 'account-upstreams',
    account: {
      menu: { path: upstreamsPath, label: ({ account }) => account.upstreams.menu, isShown: hasUpstreams },
      pages: async (account) => {
        const [{ connectPages }, { linkPages }] = await Promise.all([
          import('./connect-pages.ts'),
          import('./link-pages.ts'),
        ]);
        return async (scope) => {
          scope.addHook('preHandler', async (_request, reply) => {
            if (!hasUpstreams()) reply.callNotFound();
          });
          const lists = linkPages(dependencies, account);
          await scope.register(lists.pages);
          await scope.register(connectPages({ ...dependencies, showList: lists.show }, account));
        };
      },
      exports,
    },
  };
};
