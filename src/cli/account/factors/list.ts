import type { Command } from '#src/command.ts';
import { isoTime, table } from '../../table.ts';
import { withFactors } from '../with-factors.ts';

export const list: Command = (group, context) => {
  group
    .command('list')
    .description('list the second factors of an account')
    .argument('<username>', 'or its sub')
    .action(async (username: string) => {
      const { authenticators, recovery } = await withFactors(context, username, ({ account, factors }) =>
        factors.of(account),
      );
      const items = authenticators.map(({ id, createdAt, lastUsedAt }) => ({
        id,
        kind: 'authenticator',
        created_at: isoTime(createdAt),
        ...(lastUsedAt !== undefined && { last_used_at: isoTime(lastUsedAt) }),
      }));
      const rows = items.map((item) => [item.id, item.kind, item.created_at, item.last_used_at ?? '']);
      const left = recovery?.left ?? 0;
      context.output.answer(
        { items, recovery_codes_left: left },
        rows.length === 0
          ? `${username} has no second factor.`
          : `${table(['ID', 'KIND', 'ADDED', 'LAST USED'], rows)}\nrecovery codes left: ${left}`,
      );
    });
};
