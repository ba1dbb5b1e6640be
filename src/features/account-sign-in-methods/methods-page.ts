import type { FastifyPluginAsync } from 'fastify';
import { type AccountPages, signInMethodsPath } from '../../services/account-pages/index.ts';
import type { Account } from '../../services/accounts/index.ts';
import { labelOfLink, linkIdOf } from '../../services/upstreams/index.ts';
import { type SignInMethod, signInMethodsPage } from '../../views/pages/account-sign-in-methods.ts';
import type { SignInMethodsDependencies } from './dependencies.ts';

export const methodsPage = ({
  pages,
  factors,
  passkeys,
  links,
  upstreams,
  removePaths,
}: SignInMethodsDependencies) => {
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

  return (account: AccountPages): FastifyPluginAsync =>
    async (scope) => {
      scope.get(signInMethodsPath, async (request, reply) => {
        const { frame, account: owner } = account.visitOf(request);
        const [methods, { recovery }] = await Promise.all([listOf(owner), factors.of(owner)]);
        const body = signInMethodsPage(frame, { methods, codesLeft: recovery?.left ?? 0 });
        return pages.send(request, reply, body);
      });
    };
};
