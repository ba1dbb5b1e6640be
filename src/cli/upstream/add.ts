import type { Command } from '#src/command.ts';
import { describeUpstream } from '#src/services/administration/describe.ts';
import { formatMembers } from '../format-members.ts';
import { addSettingOptions, type SettingFlags, settingsOf } from './settings.ts';
import { withUpstreams } from './with-upstreams.ts';

export const add: Command = (group, context) => {
  addSettingOptions(
    group
      .command('add')
      .description('add an upstream; people can sign in by it at once')
      .argument('<id>', 'as store.acme; it is a part of the redirect URI'),
  ).action(async (id: string, flags: SettingFlags) => {
    const settings = { ...settingsOf(flags), id };
    const added = await withUpstreams(context, (upstreams) => upstreams.add(settings));
    context.output.answer(describeUpstream(added), formatMembers(describeUpstream(added)));
    context.output.note(`Register the redirect URI at the provider: ${added.redirectUri}`);
  });
};
