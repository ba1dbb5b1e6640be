import Type from 'typebox';
import { adminOperation, describeGroup } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, group, groupName, text } from '../../schemas.ts';

const orNull = (description: string, maxLength: number) =>
  Type.Optional(Type.Union([text(description, { maxLength }), Type.Null()]));

export const updateGroup = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Change a group',
    description: 'What is not named stays as it is; null removes a text.',
    params: Type.Object({ name: groupName }, closed),
    body: Type.Object(
      { title: orNull('The name on pages.', 255), description: orNull('What the group is for.', 1000) },
      closed,
    ),
    answer: group,
    needsVersion: true,
    status: 200,
    async handle({ by, params: { name }, body, ifVersion }) {
      const updated = await administration.groups.update(by, name, body, { ifVersion });
      return { body: describeGroup(updated), version: updated.version };
    },
  });
