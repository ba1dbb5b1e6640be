import { adminOperation, describeClient } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { client, clientId } from '../../schemas.ts';

export const startClient = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Start a client',
    description: 'What it held before works again, unless it has expired.',
    params: clientId,
    answer: client,
    status: 200,
    async handle({ by, params: { id } }) {
      const changed = await administration.clients.setStopped(by, id, false);
      return { body: describeClient(changed), version: changed.version };
    },
  });
