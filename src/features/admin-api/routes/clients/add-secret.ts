import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { clientId, closed, newSecret, text, time } from '../../schemas.ts';
import { secretResult } from './secret-body.ts';

export const addSecret = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Make another secret for a client',
    description: 'The former secrets go on to work. The answer shows the new one this once.',
    params: clientId,
    body: Type.Object(
      {
        name: text('The name of the secret.', { pattern: '^[\\w.-]{1,64}$', maxLength: 64 }),
        expires_at: Type.Optional(time('When it stops working.')),
      },
      closed,
    ),
    answer: newSecret,
    takesVersion: true,
    status: 201,
    async handle({ by, params: { id }, body: { name, expires_at: expiry }, ifVersion }) {
      const expiresAt = expiry === undefined ? undefined : Date.parse(expiry);
      const added = await administration.clients.addSecret(by, id, {
        name,
        ...(expiresAt !== undefined && { expiresAt }),
        ifVersion,
      });
      return secretResult(added);
    },
  });
