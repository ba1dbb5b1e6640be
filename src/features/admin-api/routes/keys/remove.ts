import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const removeKey = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove a key at once',
    description: 'What it has signed is refused from now on. A key that signs, or will, is not removed.',
    params: Type.Object({ kid: text('The id of the key.', { maxLength: 255 }) }, closed),
    status: 204,
    async handle({ by, params: { kid } }) {
      await administration.keys.remove(by, kid);
      return {};
    },
  });
