/**
 * The one door to everything that is remembered. Two adapters stand behind it (`adapters/embedded`, `adapters/redis`);
 * nothing above it knows which. Texts are opaque here: what a body means is the business of whoever wrote it.
 */

/** Documents of one family commit together, atomically, on every store (in a Redis Cluster: on one slot). */
export interface Key {
  readonly kind: string;
  readonly family: string;
  /** Empty for the head of a family (a grant, a client). */
  readonly id: string;
}

/** `nonce` tells a resend of the same commit from a second use. */
export interface Consumption {
  readonly nonce: string;
  /** Milliseconds since the epoch, by the clock of the process that claimed. */
  readonly at: number;
}

/** Body and parts hold no line breaks (JSON has none); the name of a part holds no white space. */
export interface Document {
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly consumption?: Consumption;
  /** Milliseconds since the epoch; absent: kept until removed. */
  readonly expiresAt?: number;
}

/** Files a document under `of` in an index, ordered by `at`. An entry whose document is gone is never listed. */
export interface IndexEntry {
  readonly index: string;
  readonly of: string;
  readonly at: number;
}

interface Content {
  readonly key: Key;
  readonly body: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly expiresAt?: number;
  readonly index?: readonly IndexEntry[];
}

/** Writes whatever was there; a claim on the former document is gone. */
export interface Put extends Content {
  readonly op: 'put';
}

/** Refused as `exists` when a live document is there already. */
export interface Insert extends Content {
  readonly op: 'insert';
}

/**
 * Refused as `changed` unless the body is still `expected`; as `absent` when there is none. Parts, claim, lifetime and
 * index entries stay unless named.
 */
export interface Replace extends Content {
  readonly op: 'replace';
  readonly expected: string;
}

/**
 * Sets the parts named (`null` removes one) and, when given, the body and the lifetime; everything else stays.
 * With no document there: refused as `absent`, or passed over.
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

/** Once in the life of a document: refused as `claimed` the second time, as `absent` when there is none. */
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
  /** What the page before returned as `next`. */
  readonly cursor?: string;
  readonly order?: 'ascending' | 'descending';
  /** Bounds on `at`, both included. */
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

/** One line of a full copy: a document, or the place of one in an index. */
export type Entry =
  | { readonly type: 'document'; readonly key: Key; readonly document: Document }
  | { readonly type: 'index'; readonly key: Key; readonly entry: IndexEntry };

/** Something about the store itself that an operator should mend; `fatal` ones make the server not ready. */
export interface Finding {
  readonly code: string;
  readonly fatal: boolean;
  readonly message: string;
  readonly fix: string;
}

export interface Store {
  /** Many documents in one round trip, in the order asked for. */
  read(keys: readonly Key[]): Promise<readonly (Document | undefined)[]>;
  /** All or nothing. Throws `Conflict` (nothing was written) or `Unavailable` (nothing is, or will be, left behind). */
  commit(writes: readonly Write[]): Promise<void>;
  list(index: string, of: string, options: ListOptions): Promise<Page>;
  /** Adds one to each counter and tells its new value; a counter starts at 1 and ends `windowMs` after it started. */
  increment(counters: readonly string[], windowMs: number): Promise<readonly number[]>;
  /** Tells every process on this store, this one included. Best effort: listeners also look again from time to time. */
  publish(topic: string, message: string): Promise<void>;
  subscribe(topic: string, listener: (message: string) => void): () => void;
  ping(): Promise<void>;
  inspect(): Promise<readonly Finding[]>;
  /** Every entry, page by page, a document before its places in indexes; the copy of a store that is written to meanwhile is not exact. */
  dump(cursor?: string): Promise<{ readonly entries: readonly Entry[]; readonly next?: string }>;
  load(entries: readonly Entry[]): Promise<void>;
  close(): Promise<void>;
}

/** Told after each trip to the store, for metrics, traces and tests that count round trips. */
export type OnStoreOperation = (
  operation: string,
  milliseconds: number,
  outcome: 'ok' | 'conflict' | 'unavailable',
) => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
