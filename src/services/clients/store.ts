import { exitCode, Failure } from '../../errors.ts';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Clock, Store, Write } from '../../store/port.ts';
import { clientImageKey } from '../images/index.ts';
import { nextVersion } from '../record-version.ts';
import { search } from '../search/index.ts';
import {
  clientKey,
  clientSearchIndex,
  clientTexts,
  insertClient,
  readClient,
  replaceClient,
  type StoredClient,
} from './record.ts';

/**
 * Reads and writes stored clients. Concurrent changes are all kept. `writes` are committed together with the client; the
 * `Conflict` of one of them is thrown as it is.
 */
export interface ClientStore {
  byId(id: string): Promise<StoredClient | undefined>;
  /** Pages of all stored clients, by the time of their creation. */
  list(limit: number, cursor: string | undefined): Promise<ClientPage>;
  /** Pages of the clients whose name or id begins with the prefix. */
  search(prefix: string, limit: number, cursor: string | undefined): Promise<ClientPage>;
  insert(client: StoredClient, writes?: readonly Write[]): Promise<void>;
  /** Applies `next` to the current client, again if another process changed it meanwhile. */
  change(
    id: string,
    next: (client: StoredClient) => StoredClient,
    writes?: readonly Write[],
  ): Promise<StoredClient>;
  /**
   * Calls `commit` with writes that fail unless the client is as `check` has seen it, and again if another process changed
   * it meanwhile.
   */
  commitBeside<T>(
    id: string,
    check: (client: StoredClient) => void,
    commit: (conditions: readonly Write[]) => Promise<T>,
  ): Promise<T>;
  /** `check` throws when the client must not be removed as it is. It runs again if another process changes it. */
  remove(id: string, writes?: readonly Write[], check?: (client: StoredClient) => void): Promise<void>;
}

interface ClientPage {
  readonly clients: readonly StoredClient[];
  readonly next: string | undefined;
}

const maxAttempts = 5;

export const clientNotFound = (id: string): Failure =>
  new Failure({
    code: 'client_not_found',
    message: `There is no client ${id}; \`client list\` shows all clients.`,
    status: 404,
    exit: exitCode.notFound,
  });

export const clientExists = (id: string): Failure =>
  new Failure({
    code: 'client_exists',
    message: `A client ${id} exists already; choose another id, or update that one.`,
    status: 409,
    exit: exitCode.conflict,
  });

const isAbout = ({ key }: Conflict, id: string): boolean => key.kind === clientKey(id).kind;

export const createClientStore = (store: Store, clock: Clock): ClientStore => {
  const read = async (id: string) => {
    const [document] = await store.read([clientKey(id)]);
    return document === undefined ? undefined : { body: document.body, client: readClient(document) };
  };

  const commitBeside: ClientStore['commitBeside'] = async (id, check, commit) => {
    const key = clientKey(id);
    for (let attempt = 1; ; attempt += 1) {
      const held = await read(id);
      if (held === undefined) throw clientNotFound(id);
      check(held.client);
      try {
        return await commit([{ op: 'replace', key, body: held.body, expected: held.body }]);
      } catch (error) {
        if (!(error instanceof Conflict) || !isAbout(error, id)) throw error;
        if (attempt === maxAttempts)
          throw new StoreUnavailable(`the client ${id} changes too often`, { cause: error });
      }
    }
  };

  return {
    byId: async (id) => (await read(id))?.client,
    async list(limit, cursor) {
      const page = await store.list('clients', 'all', { limit, ...(cursor === undefined ? {} : { cursor }) });
      return { clients: page.items.map(({ document }) => readClient(document)), next: page.next };
    },
    async search(prefix, limit, cursor) {
      const { records, next } = await search({
        store,
        index: clientSearchIndex,
        prefix,
        limit,
        cursor,
        read: readClient,
        textsOf: clientTexts,
      });
      return { clients: records, next };
    },
    async insert(client, writes = []) {
      try {
        await store.commit([...writes, insertClient(client)]);
      } catch (error) {
        throw error instanceof Conflict && isAbout(error, client.id) ? clientExists(client.id) : error;
      }
    },
    async change(id, next, writes = []) {
      for (let attempt = 1; ; attempt += 1) {
        const held = await read(id);
        if (held === undefined) throw clientNotFound(id);
        const client = { ...next(held.client), ...nextVersion(held.client, clock.now()) };
        try {
          await store.commit([...writes, replaceClient(client, held.body)]);
          return client;
        } catch (error) {
          if (!(error instanceof Conflict) || !isAbout(error, id)) throw error;
          if (error.reason === 'absent') throw clientNotFound(id);
          if (attempt === maxAttempts)
            throw new StoreUnavailable(`the client ${id} changes too often`, { cause: error });
        }
      }
    },
    commitBeside,
    remove(id, writes = [], check = () => {}) {
      const key = clientKey(id);
      return commitBeside(id, check, (conditions) =>
        store.commit([
          ...writes,
          ...conditions,
          { op: 'remove', key: clientImageKey(key) },
          { op: 'remove', key },
        ]),
      );
    },
  };
};
