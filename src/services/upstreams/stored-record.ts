import type { StoredUpstreamSettings, UpstreamConfig } from '#config';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** An upstream as it is stored. */
export interface StoredUpstream {
  readonly id: string;
  /** The keys of the configuration that the operator set, without the id and the secret. */
  readonly settings: StoredUpstreamSettings;
  /** The client secret, encrypted with the key encryption key. */
  readonly encryptedSecret?: string;
  readonly secretSetAt?: number;
  /** One that is stopped signs no one in. */
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** See services/record-version.ts. */
  readonly changes?: number;
}

/** Accounts stay linked to an upstream that was removed, so its id stays with the same provider. */
interface RemovedUpstream {
  readonly id: string;
  readonly provider: string;
}

export interface StoredList {
  /** The oldest first. */
  readonly upstreams: readonly StoredUpstream[];
  readonly removed: readonly RemovedUpstream[];
}

/**
 * All stored upstreams are in one record. There are few, each process knows all of them, and a change is compared with
 * the others (no domain twice) in the commit that makes it.
 */
const format = record<StoredList>('upstreams');
const key: Key = { kind: kinds.upstreams, family: 'upstreams', id: '' };
const empty: StoredList = { upstreams: [], removed: [] };
const maxAttempts = 10;

/** Keeps the encrypted secret of one upstream from being used for another. */
export const secretContext = (id: string): string => `upstream secret ${id}`;

/** Groups that the mapping of an upstream gives to its people. */
export const groupsNamedBy = ({ groups }: StoredUpstreamSettings): readonly string[] => {
  // The settings were checked before they were stored.
  const { map = {}, default: other = [] } = (groups ?? {}) as Partial<NonNullable<UpstreamConfig['groups']>>;
  return [...Object.values(map), other].flat();
};

/** Says whose people sign in: with another provider under the same id they would sign in as those of the former one. */
export const providerOf = ({ preset, issuer, oauth2 }: StoredUpstreamSettings): string =>
  JSON.stringify([preset ?? null, issuer ?? null, oauth2 ?? null]);

export const readStoredList = async (store: Pick<Store, 'read'>): Promise<StoredList> => {
  const [document] = await store.read([key]);
  return document === undefined ? empty : format.decode(document.body);
};

/** Applies `next` to the current list, again if another process changed it meanwhile. Returns its result. */
export const changeStoredList = async <T>(
  store: Pick<Store, 'read' | 'commit'>,
  next: (list: StoredList) => { readonly list: StoredList; readonly result: T },
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    const [document] = await store.read([key]);
    const { list, result } = next(document === undefined ? empty : format.decode(document.body));
    const body = format.encode(list);
    const write: Write =
      document === undefined
        ? { op: 'insert', key, body }
        : { op: 'replace', key, body, expected: document.body };
    try {
      await store.commit([write]);
      return result;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (attempt === maxAttempts)
        throw new StoreUnavailable('the upstreams change too often', { cause: error });
    }
  }
};
