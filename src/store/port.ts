/**
 * The store port: everything that Postern keeps goes through it. Two adapters implement it (`adapters/embedded` and
 * `adapters/redis`), and the code above doesn't know which one runs. Texts are opaque to the store: only the code that
 * wrote a body knows what it means.
 */

/** Documents of one family commit atomically on every store; in a Redis Cluster they share a slot. */
export interface Key {
  readonly kind: string;
  readonly family: string;
  /** Empty for the root of a family, such as a grant or a client. */
  readonly id: string;
}

/**
 * The single use of a document. The nonce of the commit tells a resend of the same commit (after a lost reply) from a
 * second use.
 */
export interface Consumption {
  readonly nonce: string;
  /** Milliseconds since the epoch, by the clock of the process that consumed the document. */
  readonly at: number;
}

/** Body and fields contain no line breaks (JSON has none), and field names contain no white space. */
export interface Document {
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly consumption?: Consumption;
  /** Milliseconds since the epoch. Without it the document is kept until it is removed. */
  readonly expiresAt?: number;
}

/**
 * Lists a document under `of` in an index, ordered by `at`. With `byText` the document is found by the beginning of `of`
 * instead, and `at` is 0; an index has entries of one sort only. Entries whose document is gone are not listed.
 */
export interface IndexEntry {
  readonly index: string;
  readonly of: string;
  readonly at: number;
  readonly byText?: true;
}

interface Content {
  readonly key: Key;
  readonly body: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly expiresAt?: number;
  readonly index?: readonly IndexEntry[];
}

/** Replaces the document if there is one; the new document is not consumed. */
export interface Put extends Content {
  readonly op: 'put';
}

/** Fails with `exists` when there is a live document. */
export interface Insert extends Content {
  readonly op: 'insert';
}

/**
 * Fails with `changed` unless the body is still `expected`, and with `absent` without a document. Fields, consumption,
 * lifetime and index entries stay as they are unless they are given.
 */
export interface Replace extends Content {
  readonly op: 'replace';
  readonly expected: string;
}

/**
 * Sets the given fields (`null` removes one), body, lifetime and index entries; everything else stays as it is. Without
 * a document it fails with `absent` or does nothing, as `ifAbsent` says. A merge that refuses and changes nothing is a
 * condition: once another commit has removed the document, nothing of this commit appears any more, on every store.
 */
export interface Merge {
  readonly op: 'merge';
  readonly key: Key;
  readonly body?: string;
  readonly fields?: Readonly<Record<string, string | null>>;
  readonly expiresAt?: number;
  readonly index?: readonly IndexEntry[];
  readonly ifAbsent: 'refuse' | 'skip';
}

/** Succeeds once in the life of a document. It fails with `consumed` after that, and with `absent` without a document. */
export interface ConsumeWrite {
  readonly op: 'consume';
  readonly key: Key;
  readonly at: number;
}

export interface Remove {
  readonly op: 'remove';
  readonly key: Key;
}

export type Write = Put | Insert | Replace | Merge | ConsumeWrite | Remove;

export interface ListOptions {
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
  readonly order?: 'ascending' | 'descending';
  /** Bounds on `at`, both inclusive. */
  readonly from?: number;
  readonly to?: number;
}

export interface Listed {
  readonly key: Key;
  readonly at: number;
  readonly document: Document;
}

export interface Page {
  readonly items: readonly Listed[];
  readonly next?: string;
}

export interface FindOptions {
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface Found {
  readonly key: Key;
  /** The text of the entry. */
  readonly text: string;
  readonly document: Document;
}

export interface FoundPage {
  readonly items: readonly Found[];
  readonly next?: string;
}

/** One entry of a full copy: a document, or the entry of a document in an index. */
export type Entry =
  | { readonly type: 'document'; readonly key: Key; readonly document: Document }
  | { readonly type: 'index'; readonly key: Key; readonly entry: IndexEntry };

/** A problem of the store that an operator should fix. A fatal one makes the server not ready. */
export interface Finding {
  readonly code: string;
  readonly fatal: boolean;
  readonly message: string;
  readonly fix: string;
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * Gets each message of a topic. Without a message some may have been lost, as during the time without a connection: what
 * the subscriber has read before may be out of date.
 */
export type OnMessage = (message: string | undefined) => void;

export interface Store {
  /** Reads many documents in one round trip, in the order of the keys. */
  read(keys: readonly Key[]): Promise<readonly (Document | undefined)[]>;
  /**
   * Writes all or nothing. After `Conflict` nothing was written; after `StoreUnavailable` nothing of the commit remains,
   * or it is undone: on Redis before other requests see it, on SQLite unless another commit has built on it meanwhile.
   */
  commit(writes: readonly Write[]): Promise<void>;
  list(index: string, of: string, options: ListOptions): Promise<Page>;
  /**
   * The entries `byText` of an index whose text begins with `prefix`, ordered by the bytes of their texts (UTF-8). A page
   * costs the same in an index of any size. A document with several such entries is found once for each.
   */
  find(index: string, prefix: string, options: FindOptions): Promise<FoundPage>;
  /** Adds one to each counter and returns the new values. A counter starts at 1 and expires `windowMs` after that. */
  increment(counters: readonly string[], windowMs: number): Promise<readonly number[]>;
  /**
   * Sends a message to the subscribers of all processes on this store, including this one. Messages can be lost, so
   * subscribers also read the store from time to time.
   */
  publish(topic: string, message: string): Promise<void>;
  subscribe(topic: string, listener: OnMessage): () => void;
  /** Another value after each commit of any process. Undefined where only a read can tell whether there was one. */
  version(): string | undefined;
  ping(): Promise<void>;
  inspect(): Promise<readonly Finding[]>;
  /** The space for records. Undefined when the store has no limit. It isn't counted as a round trip. */
  space(): Promise<Space | undefined>;
  /**
   * Every entry, page by page, with a document before its index entries. The copy is inexact if the store is written to
   * at the same time.
   */
  dump(cursor?: string): Promise<{ readonly entries: readonly Entry[]; readonly next?: string }>;
  load(entries: readonly Entry[]): Promise<void>;
  close(): Promise<void>;
}

/** Called after each round trip to the store, for metrics, traces and tests that count round trips. */
export type OnStoreOperation = (
  operation: string,
  milliseconds: number,
  outcome: 'ok' | 'conflict' | 'unavailable',
) => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
