import { adminAudience, type Config } from '#config';
import { Failure } from '../../errors.ts';
import { clientNotFound } from '../../services/administration/index.ts';
import { type ClientRecord, type Clients, clientTypeOf } from '../../services/clients/index.ts';
import type { ConsoleVisit } from '../../services/console-pages/index.ts';
import type { ClientModel } from '../../views/console/clients/client.ts';

export const nameOf = ({ id, metadata }: Pick<ClientRecord, 'id' | 'metadata'>): string =>
  metadata.client_name ?? id;

/** A client of the configuration is changed there. */
export const assertChangeable = ({ from, id }: ClientRecord): void => {
  if (from === 'store' || from === 'registration') return;
  throw new Failure({
    code: 'client_configured',
    message: `The client ${id} comes from the configuration; change it there.`,
    status: 409,
  });
};

/** Such a client is changed after a fresh sign-in only. */
export const mayAdminister = (config: Pick<Config, 'issuer'>, { metadata }: ClientRecord): boolean =>
  [metadata['resources']].flat().includes(adminAudience(config));

/** The client that the address names. */
export const findClient = async (
  clients: Pick<Clients, 'get'>,
  { params }: Pick<ConsoleVisit, 'params'>,
): Promise<ClientRecord> => {
  const client = await clients.get(params['id'] ?? '');
  if (client === undefined) throw clientNotFound();
  return client;
};

export const modelOf = (client: ClientRecord, { by }: Pick<ConsoleVisit, 'by'>): ClientModel => ({
  id: client.id,
  name: nameOf(client),
  type: clientTypeOf(client.metadata),
  source: client.from,
  createdAt: client.createdAt,
  stoppedAt: client.stoppedAt,
  isFixed: client.from === 'configuration' || client.from === 'built-in',
  mayChange: by.permissions.has('clients'),
});
