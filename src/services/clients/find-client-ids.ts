import type { Config } from '#config';
import type { Store } from '../../store/port.ts';
import { accountClientId } from './built-in.ts';
import { clientKey } from './record.ts';

interface Dependencies {
  readonly config: Pick<Config, 'clients'>;
  readonly store: Pick<Store, 'read'>;
}

/** Returns the ids that belong to a client, in one round trip, for services that need nothing else of clients. */
export const createFindClientIds =
  ({ config, store }: Dependencies) =>
  async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
    if (ids.length === 0) return new Set();
    const known = new Set([accountClientId, ...config.clients.map(({ client_id: id }) => id)]);
    const documents = await store.read(ids.map(clientKey));
    return new Set(ids.filter((id, at) => known.has(id) || documents[at] !== undefined));
  };
