import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, key } from '../../schemas.ts';
import { describeKey } from './describe.ts';
import { rotation } from './rotation.ts';

export const rotateKeys = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Rotate keys',
    description: 'Publishes successors, which sign after applications had time to fetch them.',
    body: Type.Object(rotation, closed),
    answer: Type.Object({ items: Type.Array(key, { description: 'The new keys.' }) }),
    status: 201,
    async handle({ by, body: { series, at_once: now = false } }) {
      const added = await administration.keys.rotate(by, series, { now });
      return { body: { items: added.map(describeKey) } };
    },
  });
