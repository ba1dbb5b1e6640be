/**
 * Owns the page that shows all ways to sign in to an account besides its password. They survive a new password, so the
 * pages that end a way back into the account (a new password by mail, a recovery link, "This wasn't me") lead here. The
 * pages of each way remove it.
 *
 * GET /account/sign-in-methods
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { signInMethodsPath } from '../../services/account-pages/index.ts';
import type { Account } from '../../services/accounts/index.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import { labelOfLink, linkIdOf, type UpstreamLinks, type Upstreams } from '../../services/upstreams/index.ts';
import { type SignInMethod, signInMethodsPage } from '../../views/pages/account-sign-in-methods.ts';

interface Dependencies {
  readonly pages: Pages;
  readonly factors: Pick<Factors, 'of'>;
  readonly passkeys: Pick<Passkeys, 'list' | 'isEnabled'>;
  readonly links: Pick<UpstreamLinks, 'listOf'>;
  readonly upstreams: Pick<Upstreams, 'all' | 'nameOf'>;
  /** The pages that remove one. */
  readonly removePaths: Readonly<Record<SignInMethod['kind'], (id: string) => string>>;
}

export const accountSignInMethods = ({
  pages,
  factors,
  passkeys,
  links,
  upstreams,
  removePaths,
}: Dependencies): Feature => {
  const listOf = async (account: Account): Promise<readonly SignInMethod[]> => {
    const [keys, { authenticators }, linked] = await Promise.all([
      passkeys.isEnabled ? passkeys.list(account.id) : [],
      factors.of(account),
      // Without upstreams no link signs in, and no page removes one.
      upstreams.all.length > 0 ? links.listOf(account.id) : [],
    ]);
    return [
      ...keys.map((key) => ({ ...key, kind: 'passkey' as const, remove: removePaths.passkey(key.id) })),
      ...authenticators.map(({ id, createdAt, lastUsedAt }) => ({
        kind: 'app' as const,
        createdAt,
        ...(lastUsedAt !== undefined && { lastUsedAt }),
        remove: removePaths.app(id),
      })),
      ...linked.map((stored) => ({
        kind: 'identity' as const,
        upstream: upstreams.nameOf(stored.link.upstream),
        label: labelOfLink(stored.link),
        createdAt: stored.link.linkedAt,
        remove: removePaths.identity(linkIdOf(stored)),
      })),
    ];
  };

  return {
    name: 'account-sign-in-methods',
    account: {
      pages: (account) => async (scope) => {
        scope.get(signInMethodsPath, async (request, reply) => {
          const { frame, account: owner } = account.visitOf(request);
          const [methods, { recovery }] = await Promise.all([listOf(owner), factors.of(owner)]);
          const body = signInMethodsPage(frame, { methods, codesLeft: recovery?.left ?? 0 });
          return pages.send(request, reply, body);
        });
      },
    },
  };
};
