import { adminOperation, describeClient } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { client, clientId } from '../../schemas.ts';

export const stopClient = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Stop a client',
    description:
      'Every request of it is refused and its tokens are inactive, until you start it again. Nothing is removed.',
    params: clientId,
    answer: client,
    status: 200,
    async handle({ by, params: { id } }) {
      const changed = await administration.clients.setStopped(by, id, true);
      return { body: describeClient(changed), version: changed.version };
    },
  });
