import Type from 'typebox';
import { adminOperation, describeConnectedApp } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { accountId, text, time } from '../../schemas.ts';

const names = (description: string) => Type.Array(Type.String(), { description });

const consent = Type.Object({
  client_id: text('The client.'),
  scopes: names('Scopes of OpenID Connect.'),
  claims: names('Claims that were requested one by one.'),
  resources: Type.Record(Type.String(), Type.Array(Type.String()), {
    description: 'Scopes by the audience of their API.',
  }),
  connected_at: time('When the person first allowed something.'),
  used_at: Type.Optional(time('When the client last got a code or tokens.')),
  active: Type.Boolean({ description: 'Whether the client holds a grant now.' }),
  self_registered: Type.Boolean({ description: 'Whether the client registered itself.' }),
});

export const listConsents = ({ connectedApps }: Pick<AdminApiDependencies, 'connectedApps'>) =>
  adminOperation({
    summary: 'List the clients that have access to an account',
    description: 'What the person has allowed, and what grants are for.',
    params: accountId,
    answer: Type.Object({ items: Type.Array(consent) }),
    status: 200,
    async handle({ params: { id } }) {
      return { body: { items: (await connectedApps.list(id)).map(describeConnectedApp) } };
    },
  });
