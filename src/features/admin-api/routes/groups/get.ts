import Type from 'typebox';
import { adminOperation, describeGroup } from '../../../../services/administration/index.ts';
import { groupNotFound } from '../../../../services/groups/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, group, groupName } from '../../schemas.ts';

export const getGroup = ({ groups }: Pick<AdminApiDependencies, 'groups'>) =>
  adminOperation({
    summary: 'Read a group',
    params: Type.Object({ name: groupName }, closed),
    answer: group,
    status: 200,
    async handle({ params: { name } }) {
      const found = await groups.find(name);
      if (found === undefined) throw groupNotFound(name);
      return { body: describeGroup(found), version: found.version };
    },
  });
