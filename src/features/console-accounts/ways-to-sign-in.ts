import type { Account } from '../../services/accounts/index.ts';
import { consolePaths } from '../../services/console-pages/index.ts';
import { labelOfLink, linkIdOf } from '../../services/upstreams/index.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';

type Dependencies = Pick<ConsoleAccountsDependencies, 'factors' | 'passkeys' | 'upstreamLinks' | 'upstreams'>;

/** The authenticator apps, passkeys, linked identities and recovery codes of an account, for its page. */
export const waysToSignIn = async (
  { factors, passkeys, upstreamLinks, upstreams }: Dependencies,
  account: Account,
  mayRemove: boolean,
) => {
  const path = consolePaths.account(account.id);
  const removal = (id: string) => (mayRemove ? `${path}/factors/${encodeURIComponent(id)}` : undefined);
  const [{ authenticators, recovery }, keys, linked] = await Promise.all([
    factors.of(account),
    passkeys.list(account.id),
    upstreamLinks.listOf(account.id),
  ]);
  return {
    factors: [
      ...authenticators.map(({ id, createdAt, lastUsedAt }) => ({
        kind: 'app' as const,
        name: '',
        createdAt,
        lastUsedAt,
        remove: removal(id),
      })),
      ...keys.map(({ id, name, provider, createdAt, lastUsedAt }) => ({
        kind: 'passkey' as const,
        name: name ?? provider ?? '',
        createdAt,
        lastUsedAt,
        remove: removal(id),
      })),
      ...linked.map((stored) => ({
        kind: 'link' as const,
        name: `${upstreams.nameOf(stored.link.upstream)} ${labelOfLink(stored.link)}`.trim(),
        createdAt: stored.link.linkedAt,
        remove: removal(linkIdOf(stored)),
      })),
    ],
    recovery: recovery && { left: recovery.left, remove: removal('recovery') },
  };
};
