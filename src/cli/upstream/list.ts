import type { Command } from '#src/command.ts';
import { describeUpstream } from '#src/services/administration/describe.ts';
import type { UpstreamRecord } from '#src/services/upstreams/index.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { table } from '../table.ts';
import { withUpstreams } from './with-upstreams.ts';

const stateOf = ({ enabled, problems }: UpstreamRecord): string => {
  if (!enabled) return 'stopped';
  return problems.length > 0 ? 'unusable' : '';
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('list upstreams, those of the configuration first')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (flags: PagingFlags) => {
      const { items, next } = await withUpstreams(context, (upstreams) =>
        rejectBadCursor(upstreams.list(flags)),
      );
      const rows = items.map((one) => [
        one.id,
        one.from,
        stateOf(one),
        textOf(one.settings['issuer'] ?? one.settings['preset']),
        textOf(one.settings['name']),
      ]);
      output.answer(
        { items: items.map(describeUpstream), ...(next !== undefined && { next }) },
        rows.length === 0
          ? 'There are no upstreams; `upstream add` makes one.'
          : table(['ID', 'FROM', 'STATE', 'PROVIDER', 'NAME'], rows),
      );
      for (const { id, problems } of items)
        for (const { field, message } of problems) output.note(`${id}: ${field}: ${message}`);
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
