import { createHash } from 'node:crypto';
import type { Document, IndexEntry, Insert, Key, Replace } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { versionOf } from '../record-version.ts';
import { searchEntries, searchTexts } from '../search/index.ts';
import type { ClientMetadata, ClientRecord, SecretInfo } from './client.ts';
import type { StoredSecret } from './stored-secret.ts';

/** A client as it is stored. */
export interface StoredClient {
  readonly id: string;
  readonly metadata: ClientMetadata;
  /** The newest secret is the first. */
  readonly secrets: readonly StoredSecret[];
  readonly from: 'store' | 'registration';
  readonly createdAt: number;
  readonly updatedAt: number;
  /** See services/record-version.ts. */
  readonly changes?: number;
  readonly demo?: true;
  /** See sector.ts. */
  readonly ownLoopback?: true;
}

/** A client id may have any visible character, so its hash is used where a store key has fewer. */
export const clientKey = (id: string): Key => ({
  kind: kinds.client,
  family: createHash('sha256').update(id).digest('base64url').slice(0, 27),
  id: '',
});

const format = record<StoredClient>('client');

export const readClient = ({ body }: Document): StoredClient => format.decode(body);

export const clientSearchIndex = 'client-search';

/** The name and the id. */
export const clientTexts = ({ id, metadata }: Pick<StoredClient, 'id' | 'metadata'>): readonly string[] =>
  searchTexts([metadata.client_name, id]);

const content = (client: StoredClient) => ({
  key: clientKey(client.id),
  body: format.encode(client),
  index: [
    { index: 'clients', of: 'all', at: client.createdAt },
    ...searchEntries(clientSearchIndex, clientTexts(client)),
    ...(client.demo === true ? [{ index: 'demo', of: 'all', at: client.createdAt }] : []),
  ] satisfies IndexEntry[],
});

export const insertClient = (client: StoredClient): Insert => ({ op: 'insert', ...content(client) });
export const replaceClient = (client: StoredClient, expected: string): Replace => ({
  op: 'replace',
  ...content(client),
  expected,
});

export const toInfo = ({ name, createdAt, expiresAt }: SecretInfo): SecretInfo => ({
  name,
  createdAt,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

export const toRecord = (client: StoredClient): ClientRecord => ({
  id: client.id,
  metadata: client.metadata,
  secrets: client.secrets.map(toInfo),
  from: client.from,
  createdAt: client.createdAt,
  version: versionOf(client),
  ...(client.demo === undefined ? {} : { demo: client.demo }),
});
