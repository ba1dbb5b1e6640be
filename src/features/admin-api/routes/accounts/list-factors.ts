import Type from 'typebox';
import { accountNotFound, adminOperation, timeText } from '../../../../services/administration/index.ts';
import { labelOfLink, linkIdOf } from '../../../../services/upstreams/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { accountId, text, time } from '../../schemas.ts';

const factor = Type.Object({
  id: text('The id to remove it by.'),
  kind: Type.Enum(['authenticator', 'recovery_codes', 'passkey', 'identity'], {
    description: 'An authenticator app, recovery codes, a passkey, or the identity at an upstream.',
  }),
  name: Type.Optional(
    Type.String({ description: 'How the person, the passkey provider or the upstream calls it.' }),
  ),
  upstream: Type.Optional(Type.String({ description: 'The id of the upstream, for an identity.' })),
  left: Type.Optional(Type.Integer({ description: 'How many recovery codes are unused.', minimum: 0 })),
  created_at: time('When it was added.'),
  last_used_at: Type.Optional(time('The last sign-in with it.')),
});

const times = (createdAt: number, lastUsedAt?: number) => ({
  created_at: timeText(createdAt),
  ...(lastUsedAt !== undefined && { last_used_at: timeText(lastUsedAt) }),
});

type Dependencies = Pick<AdminApiDependencies, 'accounts' | 'factors' | 'passkeys' | 'upstreamLinks'>;

export const listFactors = ({ accounts, factors, passkeys, upstreamLinks }: Dependencies) =>
  adminOperation({
    summary: 'List the ways to sign in of an account, besides the password',
    params: accountId,
    answer: Type.Object({ items: Type.Array(factor) }),
    status: 200,
    async handle({ params: { id } }) {
      const account = await accounts.find(id);
      if (account === undefined) throw accountNotFound();
      const { authenticators, recovery } = await factors.of(account);
      const [keys, linked] = await Promise.all([passkeys.list(id), upstreamLinks.listOf(id)]);
      const items = [
        ...authenticators.map((one) => ({
          id: one.id,
          kind: 'authenticator',
          ...times(one.createdAt, one.lastUsedAt),
        })),
        ...(recovery
          ? [{ id: 'recovery', kind: 'recovery_codes', left: recovery.left, ...times(recovery.createdAt) }]
          : []),
        ...keys.map(({ name, provider, ...one }) => ({
          id: one.id,
          kind: 'passkey',
          ...((name ?? provider) !== undefined && { name: name ?? provider }),
          ...times(one.createdAt, one.lastUsedAt),
        })),
        ...linked.map((stored) => ({
          id: linkIdOf(stored),
          kind: 'identity',
          ...(labelOfLink(stored.link) !== '' && { name: labelOfLink(stored.link) }),
          upstream: stored.link.upstream,
          ...times(stored.link.linkedAt),
        })),
      ];
      return { body: { items } };
    },
  });
