import type { Command } from '#src/command.ts';
import { describeUpstream } from '#src/services/administration/describe.ts';
import type { UpstreamRecord } from '#src/services/upstreams/index.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { withUpstreams } from './with-upstreams.ts';

const stateOf = ({ enabled, problems }: UpstreamRecord): string => {
  if (!enabled) return 'stopped';
  return problems.length > 0 ? 'unusable' : '';
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const list: Command = (group, context) => {
  const { output } = context;
  const command = group.command('list').description('list upstreams, those of the configuration first');
  addPagingOptions(command).action(async (flags: PagingFlags) => {
    const page = await withUpstreams(context, (upstreams) => rejectBadCursor(upstreams.list(flags)));
    answerPage(output, page, {
      toData: describeUpstream,
      headings: ['ID', 'FROM', 'STATE', 'PROVIDER', 'NAME'],
      toRow: (one) => [
        one.id,
        one.from,
        stateOf(one),
        textOf(one.settings['issuer'] ?? one.settings['preset']),
        textOf(one.settings['name']),
      ],
      empty: 'There are no upstreams; `upstream add` makes one.',
    });
    for (const { id, problems } of page.items)
      for (const { field, message } of problems) output.note(`${id}: ${field}: ${message}`);
  });
};
