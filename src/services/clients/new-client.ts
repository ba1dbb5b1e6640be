import { newId } from '../../store/new-id.ts';
import type { SecretCipher } from '../keys/index.ts';
import { authenticationMethodOf, needsSecret } from './authentication-methods.ts';
import type { AddClient, ClientMetadata, NewClient } from './client.ts';
import { ClientRefused } from './problem.ts';
import { type StoredClient, toRecord } from './record.ts';
import { checkChosenSecret, randomSecret, toStoredSecret } from './stored-secret.ts';

export const newClientId = (): string => newId(12);

interface NewClientOptions {
  /** Metadata that was checked. */
  readonly metadata: ClientMetadata;
  readonly client: AddClient;
  readonly now: number;
  readonly cipher: SecretCipher | undefined;
}

/** A client of the operator with its first secret: as it is stored, and as the operator sees it once. */
export const createNewClient = ({
  metadata,
  client,
  now,
  cipher,
}: NewClientOptions): { readonly stored: StoredClient; readonly added: NewClient } => {
  const { client_id: id } = metadata;
  const method = authenticationMethodOf(metadata);
  const withSecret = needsSecret(metadata);
  if (client.secret !== undefined) checkChosenSecret(client.secret);
  if (client.secret !== undefined && !withSecret) {
    throw new ClientRefused([
      { field: 'client_secret', message: `is of no use with ${method}; leave it out` },
    ]);
  }
  const first = { info: { name: 'first', createdAt: now }, secret: client.secret ?? randomSecret() };
  const stored: StoredClient = {
    id,
    metadata,
    secrets: withSecret ? [toStoredSecret({ id, ...first, method, cipher })] : [],
    from: 'store',
    createdAt: now,
    updatedAt: now,
    ...(client.demo === undefined ? {} : { demo: client.demo }),
  };
  const added: NewClient = {
    client: toRecord(stored),
    ...(withSecret ? { secret: { name: first.info.name, secret: first.secret } } : {}),
  };
  return { stored, added };
};
