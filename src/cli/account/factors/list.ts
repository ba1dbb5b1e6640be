import type { Command } from '#src/command.ts';
import { isoTime, table } from '../../table.ts';
import { withFactors } from '../with-factors.ts';

interface Factor {
  readonly id: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

const toItem = (kind: 'authenticator' | 'passkey', { id, createdAt, lastUsedAt }: Factor) => ({
  id,
  kind,
  created_at: isoTime(createdAt),
  ...(lastUsedAt !== undefined && { last_used_at: isoTime(lastUsedAt) }),
});

export const list: Command = (group, context) => {
  group
    .command('list')
    .description('list the authenticator apps and passkeys of an account')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .action(async (username: string) => {
      const { authenticators, passkeys, recovery } = await withFactors(
        context,
        username,
        async (services) => {
          const { account, factors, passkeys } = services;
          return { ...(await factors.of(account)), passkeys: await passkeys.list(account.id) };
        },
      );
      const items = [
        ...authenticators.map((authenticator) => toItem('authenticator', authenticator)),
        ...passkeys.map((passkey) => toItem('passkey', passkey)),
      ];
      const rows = items.map((item) => [item.id, item.kind, item.created_at, item.last_used_at ?? '']);
      const left = recovery?.left ?? 0;
      context.output.answer(
        { items, recovery_codes_left: left },
        rows.length === 0
          ? `${username} has no second factor and no passkey.`
          : `${table(['ID', 'KIND', 'ADDED', 'LAST USED'], rows)}\nrecovery codes left: ${left}`,
      );
    });
};
