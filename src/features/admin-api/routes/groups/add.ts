import Type from 'typebox';
import { adminOperation, describeGroup } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, group, groupName, text } from '../../schemas.ts';

export const addGroup = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Add a group',
    body: Type.Object(
      {
        name: groupName,
        title: Type.Optional(text('The name on pages.', { maxLength: 255 })),
        description: Type.Optional(text('What the group is for.', { maxLength: 1000 })),
      },
      closed,
    ),
    answer: group,
    status: 201,
    async handle({ by, body }) {
      const added = await administration.groups.add(by, body);
      return { body: describeGroup(added), version: added.version, location: `/groups/${added.name}` };
    },
  });
