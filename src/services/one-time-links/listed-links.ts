import { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Store } from '../../store/port.ts';
import { keyOfHash, type LinkRecord, linkIndex, readLink } from './record.ts';

/** A link as operators see it. Without its token they can't use it. */
export interface ListedLink extends LinkRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface LinkPage {
  readonly items: readonly ListedLink[];
  readonly next?: string;
}

/** The links that were drafted with `isListed` and can be used. */
export interface ListedLinks {
  /** Newest first. A page may have fewer than `limit`, also none. */
  list(purpose: string, paging: { readonly limit: number; readonly cursor?: string }): Promise<LinkPage>;
  find(purpose: string, id: string): Promise<ListedLink | undefined>;
  /** Uses the link up without its token. False when it was used or revoked meanwhile. */
  revoke(link: ListedLink): Promise<boolean>;
}

const idPattern = /^[A-Za-z0-9_-]{43}$/;

const toListed = (id: string, document: Document): readonly ListedLink[] => {
  const { consumption, expiresAt } = document;
  return consumption || expiresAt === undefined ? [] : [{ ...readLink(document), id, expiresAt }];
};

export const createListedLinks = ({
  store,
  clock,
}: {
  readonly store: Pick<Store, 'read' | 'list' | 'commit'>;
  readonly clock: Clock;
}): ListedLinks => ({
  async list(purpose, paging) {
    const { items, next } = await store.list(linkIndex, purpose, { ...paging, order: 'descending' });
    return {
      items: items.flatMap(({ key, document }) => toListed(key.family, document)),
      ...(next !== undefined && { next }),
    };
  },
  async find(purpose, id) {
    const [document] = idPattern.test(id) ? await store.read([keyOfHash(id)]) : [];
    const [link] = document ? toListed(id, document) : [];
    return link?.purpose === purpose ? link : undefined;
  },
  async revoke({ id }) {
    try {
      await store.commit([{ op: 'consume', key: keyOfHash(id), at: clock.now() }]);
      return true;
    } catch (error) {
      if (error instanceof Conflict) return false;
      throw error;
    }
  },
});
