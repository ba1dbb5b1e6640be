import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { clientId, closed, newSecret } from '../../schemas.ts';
import { secretResult } from './secret-body.ts';

export const rotateSecret = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Replace the secrets of a client',
    description:
      'Makes a secret. The former ones go on to work for the overlap, in which you change the application.',
    params: clientId,
    body: Type.Object(
      {
        overlap_seconds: Type.Optional(
          Type.Integer({
            description: 'How long the former secrets still work. Default: a day.',
            minimum: 0,
            maximum: 31_536_000,
          }),
        ),
      },
      closed,
    ),
    answer: newSecret,
    takesVersion: true,
    status: 201,
    async handle({ by, params: { id }, body: { overlap_seconds: overlapSeconds }, ifVersion }) {
      const added = await administration.clients.rotateSecret(by, id, {
        ...(overlapSeconds !== undefined && { overlapSeconds }),
        ifVersion,
      });
      return secretResult(added);
    },
  });
