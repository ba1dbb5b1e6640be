import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, groupName } from '../../schemas.ts';

export const removeGroup = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove a group',
    description: 'Its members leave it first. A group that a client or the configuration names stays.',
    params: Type.Object({ name: groupName }, closed),
    needsVersion: true,
    status: 204,
    async handle({ by, params: { name }, ifVersion }) {
      await administration.groups.remove(by, name, { ifVersion });
      return {};
    },
  });
