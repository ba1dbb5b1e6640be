import { type Command, usageError } from '#src/command.ts';
import { describeUpstream } from '#src/services/administration/describe.ts';
import { formatMembers } from '../format-members.ts';
import { collectValues } from '../option-values.ts';
import { addSettingOptions, type SettingFlags, settingsOf } from './settings.ts';
import { withUpstreams } from './with-upstreams.ts';

interface UpdateFlags extends SettingFlags {
  readonly unset?: readonly string[];
}

export const update: Command = (group, context) => {
  addSettingOptions(
    group
      .command('update')
      .description('change settings of an upstream, or its secret; lists are replaced')
      .argument('<id>')
      .option('--unset <name>', 'remove a setting; may be repeated', collectValues),
  ).action(async (id: string, { unset = [], ...flags }: UpdateFlags) => {
    const changes = { ...Object.fromEntries(unset.map((name) => [name, null])), ...settingsOf(flags) };
    if (Object.keys(changes).length === 0)
      throw usageError('Nothing to change: name a setting and its new value, as --name "Acme".');
    const { after } = await withUpstreams(context, (upstreams) => upstreams.update(id, changes));
    context.output.answer(describeUpstream(after), formatMembers(describeUpstream(after)));
  });
};
