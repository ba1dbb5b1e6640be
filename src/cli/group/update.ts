import { type Command, usageError } from '#src/command.ts';
import { formatMembers } from '../format-members.ts';
import { groupData, withGroups } from './with-groups.ts';

interface TextFlags {
  readonly title?: string;
  readonly description?: string;
}

/** An empty text removes the present one. */
const change = (text: string | undefined) => (text === '' ? null : text);

export const update: Command = (parent, context) => {
  parent
    .command('update')
    .description('change the texts of a group; its name never changes')
    .argument('<name>')
    .option('--title <text>', 'what pages call it; an empty text removes it')
    .option('--description <text>', 'what it is for; an empty text removes it')
    .action(async (name: string, { title, description }: TextFlags) => {
      if (title === undefined && description === undefined)
        throw usageError('Nothing to change: give --title or --description.');
      const group = await withGroups(context, (groups) =>
        groups.update(name, {
          ...(title !== undefined && { title: change(title) ?? null }),
          ...(description !== undefined && { description: change(description) ?? null }),
        }),
      );
      context.output.answer(groupData(group), formatMembers(groupData(group)));
    });
};
