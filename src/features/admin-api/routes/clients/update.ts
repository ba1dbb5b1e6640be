import Type from 'typebox';
import { adminOperation, describeClient } from '../../../../services/administration/index.ts';
import type { Clients } from '../../../../services/clients/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { client, clientId, closed, objectOf } from '../../schemas.ts';

export const updateClient = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Change the metadata of a client',
    description: 'What is not named stays as it is; null removes a member (RFC 7396).',
    params: clientId,
    body: Type.Object({ metadata: objectOf('Metadata to set; null removes a member.') }, closed),
    answer: client,
    needsVersion: true,
    status: 200,
    async handle({ by, params: { id }, body, ifVersion }) {
      // The content was parsed from JSON, and the service checks the metadata.
      const changes = body.metadata as Parameters<Clients['update']>[1];
      const updated = await administration.clients.update(by, id, changes, { ifVersion });
      return { body: describeClient(updated), version: updated.version };
    },
  });
