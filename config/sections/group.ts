import { optional, section, text } from '../schema/build.ts';

export const groupName = (description: string) => text(description, { format: 'group' });

export const group = section('A group of people. Groups are never nested.', {
  name: groupName('Name of the group, as tokens have it.'),
  title: optional(text('Name of the group on pages. Default: its name.', { maxLength: 255 })),
  description: optional(text('What the group is for.', { maxLength: 1000 })),
});
