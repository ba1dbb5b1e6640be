import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { key } from '../../schemas.ts';
import { describeKey } from './describe.ts';

export const listKeys = ({ keys }: Pick<AdminApiDependencies, 'keys'>) =>
  adminOperation({
    summary: 'List keys',
    description: 'Signing keys and the secrets of the server, without their private parts.',
    answer: Type.Object({ items: Type.Array(key) }),
    status: 200,
    async handle() {
      return { body: { items: keys.list().map(describeKey) } };
    },
  });
