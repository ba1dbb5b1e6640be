import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, groupName, text } from '../../schemas.ts';

export const addMember = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Put an account into a group',
    params: Type.Object(
      { name: groupName, account: text('The account: its sub.', { maxLength: 255 }) },
      closed,
    ),
    status: 204,
    async handle({ by, params: { name, account } }) {
      await administration.groups.changeMember(by, name, account, true);
      return {};
    },
  });
