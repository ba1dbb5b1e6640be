import { hash } from 'node:crypto';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Document, Insert, Key, Merge, Replace, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { firstIssuerKey, readFirstIssuer } from './first-issuers.ts';
import type { Upstream } from './upstream.ts';

/**
 * Says which account a person of an upstream is. There is at most one for a subject, and it is never found by an e-mail
 * address: those change hands.
 */
export interface Link {
  readonly upstream: string;
  /**
   * `linkedIssuer` of the upstream at the last sign-in. Links of former versions have none, and are of the issuer that the
   * upstream had when a server first noted it (first-issuers.ts).
   */
  readonly issuer?: string;
  readonly subject: string;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly linkedAt: number;
  /** How the upstream calls the person, for pages. */
  readonly label: string;
  /** The claims that the last sign-in gave the account. A value that differs by now was changed here, and stays. */
  readonly given: Readonly<Record<string, string | readonly string[]>>;
}

export interface StoredLink {
  readonly link: Link;
  /** The stored text has no issuer. */
  readonly isUnbound: boolean;
  readonly key: Key;
  /** The text that the store holds, for compare and replace. */
  readonly body: string;
}

/**
 * Whether a link is to a person of this provider. With another issuer under the same id of the configuration, another person
 * may have the same subject.
 */
export const isOfProvider = (
  { linkedIssuer, formerIssuers }: Pick<Upstream, 'linkedIssuer' | 'formerIssuers'>,
  { issuer = linkedIssuer }: Pick<Link, 'issuer'>,
): boolean => issuer === linkedIssuer || formerIssuers.includes(issuer);

/** Former releases kept the subject as the label of a person without a name. */
export const labelOfLink = ({ label, subject }: Link): string => (label === subject ? '' : label);

/** Names a link on pages, without the subject. */
export const linkIdOf = ({ key }: Pick<StoredLink, 'key'>): string => key.family;

export interface UpstreamLinks {
  find(upstream: string, subject: string): Promise<StoredLink | undefined>;
  /** The links of one account, the oldest first. */
  listOf(account: string): Promise<readonly StoredLink[]>;
  /** The write that links. It fails when the subject is linked already. */
  insertion(link: Link): Insert;
  /** The write that keeps what an upstream says by now. It fails for a link that is gone. */
  change(stored: StoredLink, link: Link): Merge;
  /** The condition for a commit that needs the link to stay. */
  keeping(stored: Pick<StoredLink, 'key'>): Merge;
  /** The write that takes over a link whose account is gone. It fails when another request has taken it over. */
  takeOver(stored: StoredLink, link: Link): Replace;
  /** The writes that unlink. They fail for a link that is gone, or another one by now. */
  removal(stored: StoredLink): readonly Write[];
  /** Unlinks everything from an account. */
  removeAll(account: string): Promise<void>;
}

const format = record<Link>('upstreamLink');
/** An account has a few at most. */
const maxLinks = 100;
/** Each attempt that fails is one that another request made succeed. */
const maxAttempts = 20;
const index = 'upstream-links';

/** Subjects may be personal, and are as long as the upstream likes. */
const keyOf = (upstream: string, subject: string): Key => ({
  kind: kinds.upstreamLink,
  family: hash('sha256', JSON.stringify([upstream, subject]), 'base64url'),
  id: '',
});

const toStored = (key: Key, { body }: Document, firstIssuer?: string): StoredLink => {
  const link = format.decode(body);
  const issuer = link.issuer ?? firstIssuer;
  return {
    key,
    body,
    link: { ...link, ...(issuer !== undefined && { issuer }) },
    isUnbound: link.issuer === undefined,
  };
};

const removal: UpstreamLinks['removal'] = ({ key, body }) => [
  // A cluster writes what else is in the commit before it comes to this condition.
  { op: 'merge', key, ifAbsent: 'refuse' },
  { op: 'replace', key, body, expected: body },
  { op: 'remove', key },
];

export const createUpstreamLinks = (store: Store): UpstreamLinks => ({
  async find(upstream, subject) {
    const key = keyOf(upstream, subject);
    const [document, first] = await store.read([key, firstIssuerKey(upstream)]);
    return document && toStored(key, document, readFirstIssuer(first));
  },
  async listOf(account) {
    const { items } = await store.list(index, account, { limit: maxLinks });
    const links = items.map(({ key, document }) => toStored(key, document));
    const unbound = [...new Set(links.flatMap(({ isUnbound, link }) => (isUnbound ? link.upstream : [])))];
    if (unbound.length === 0) return links;
    const documents = await store.read(unbound.map(firstIssuerKey));
    const first = new Map(unbound.map((upstream, at) => [upstream, readFirstIssuer(documents[at])]));
    return items.map(({ key, document }, at) =>
      toStored(key, document, first.get(links[at]?.link.upstream ?? '')),
    );
  },
  async removeAll(account) {
    for (let attempt = 1; ; attempt += 1) {
      const { items } = await store.list(index, account, { limit: maxLinks });
      if (items.length === 0) return;
      try {
        await store.commit(items.flatMap(({ key, document }) => removal(toStored(key, document))));
      } catch (error) {
        // Another account has taken over a link meanwhile, which is in its list then.
        if (!(error instanceof Conflict)) throw error;
        if (attempt >= maxAttempts)
          throw new StoreUnavailable('the links of an account change too often', { cause: error });
      }
    }
  },
  insertion: (link) => ({
    op: 'insert',
    key: keyOf(link.upstream, link.subject),
    body: format.encode(link),
    index: [{ index, of: link.account, at: link.linkedAt }],
  }),
  change: ({ key }, link) => ({ op: 'merge', key, body: format.encode(link), ifAbsent: 'refuse' }),
  keeping: ({ key }) => ({ op: 'merge', key, ifAbsent: 'refuse' }),
  takeOver: ({ key, body }, link) => ({
    op: 'replace',
    key,
    body: format.encode(link),
    expected: body,
    index: [{ index, of: link.account, at: link.linkedAt }],
  }),
  removal,
});
