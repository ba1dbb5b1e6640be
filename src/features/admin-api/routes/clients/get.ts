import { adminOperation, clientNotFound, describeClient } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { client, clientId } from '../../schemas.ts';

export const getClient = ({ clients }: Pick<AdminApiDependencies, 'clients'>) =>
  adminOperation({
    summary: 'Read a client',
    params: clientId,
    answer: client,
    status: 200,
    async handle({ params: { id } }) {
      const found = await clients.get(id);
      if (found === undefined) throw clientNotFound();
      return { body: describeClient(found), version: found.version };
    },
  });
