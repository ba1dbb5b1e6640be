import Type from 'typebox';
import { adminOperation, describeClient } from '../../../../services/administration/index.ts';
import type { AddClient } from '../../../../services/clients/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { client, closed, objectOf, text } from '../../schemas.ts';

const types = ['web', 'spa', 'native', 'machine', 'device', 'issuer'] as const;

export const addClient = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Add a client',
    description:
      'The type sets grant types, response types and the authentication method, unless the metadata does. The answer shows the secret this once.',
    body: Type.Object(
      {
        client_id: Type.Optional(text('The id. Random when absent.', { maxLength: 255 })),
        type: Type.Optional(Type.Enum([...types], { description: 'What kind of application it is.' })),
        metadata: objectOf('Metadata of RFC 7591 and the settings of Postern.'),
      },
      closed,
    ),
    answer: Type.Intersect([
      client,
      Type.Object({
        client_secret: Type.Optional(
          text('The secret. It is shown this once, and absent when the request is repeated.'),
        ),
      }),
    ]),
    status: 201,
    async handle({ by, body: { client_id: id, type, metadata } }) {
      const { client: added, secret } = await administration.clients.add(by, {
        ...(id !== undefined && { id }),
        ...(type !== undefined && { type }),
        // The service checks the metadata.
        metadata: metadata as AddClient['metadata'],
      });
      return {
        body: { ...describeClient(added), ...(secret && { client_secret: secret.secret }) },
        secrets: ['client_secret'],
        version: added.version,
        location: `/clients/${encodeURIComponent(added.id)}`,
      };
    },
  });
