import { Conflict } from './errors.ts';
import type { Document, Key, Store, Write } from './port.ts';

/** What a lost race means: an answer (and writes that go with it), or that another request did the same work already. */
type ConflictOutcome = { readonly error: Error; readonly writes?: readonly Write[] } | 'already done';

export interface WriteOptions {
  /** Asked when the store refuses the commit because of this write. */
  readonly onConflict?: (conflict: Conflict) => ConflictOutcome | Promise<ConflictOutcome>;
  /** Committed even when the request is refused: a revocation, a replay mark. */
  readonly commitOnRefusal?: boolean;
  /** Writes of one errand are dropped together when it turns out `already done`. */
  readonly batch?: string;
}

interface StagedWrite {
  readonly write: Write;
  readonly options: WriteOptions;
}

const keyText = (key: Key): string => `${key.kind}\n${key.family}\n${key.id}`;

/**
 * All that one request reads and writes. Reads of one turn of the event loop share a round trip and are remembered;
 * writes wait, visible to later reads, until `commit` sends them all at once, before the answer leaves.
 */
export class UnitOfWork {
  readonly #store: Store;
  readonly #documents = new Map<string, Document | undefined>();
  readonly #afterCommit: (() => void)[] = [];
  #staged: StagedWrite[] = [];
  #requested: Map<string, Key> | undefined;
  #fetching: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `alongside` are documents likely wanted next; they ride on the same trip. */
  async read(key: Key, prefetch: readonly Key[] = []): Promise<Document | undefined> {
    const text = keyText(key);
    if (!this.#documents.has(text)) {
      this.#requested ??= new Map();
      this.#requested.set(text, key);
      for (const extra of prefetch) {
        const extraName = keyText(extra);
        if (!this.#documents.has(extraName)) this.#requested.set(extraName, extra);
      }
      this.#fetching ??= Promise.resolve().then(() => this.#fetch());
      await this.#fetching;
    }
    return this.#documents.get(text);
  }

  /** What is known without a trip. */
  peek(key: Key): Document | undefined {
    return this.#documents.get(keyText(key));
  }

  stage(write: Write, options: WriteOptions = {}): void {
    this.#staged.push({ write, options });
    const text = keyText(write.key);
    // A change to what was never read shows on top of it, once it is.
    if (this.#documents.has(text) || !partialWrites.has(write.op)) {
      this.#documents.set(text, applyWrite(this.#documents.get(text), write));
    }
  }

  /** Runs once the commit is through; never when it failed. What goes wrong in it no longer changes the answer. */
  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  /** A refused request commits only what survives a refusal, and so does not spend a code for nothing. */
  async commit({ refused = false } = {}): Promise<void> {
    let staged = refused ? this.#staged.filter(({ options }) => options.commitOnRefusal) : this.#staged;
    this.#staged = [];
    while (staged.length > 0) {
      try {
        await this.#store.commit(staged.map(({ write }) => write));
        break;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        staged = await this.#resolveConflict(staged, error);
      }
    }
    for (const action of this.#afterCommit.splice(0)) {
      try {
        action();
      } catch (error) {
        process.emitWarning(
          `what follows a commit failed: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }

  async #resolveConflict(staged: readonly StagedWrite[], conflict: Conflict): Promise<StagedWrite[]> {
    const name = keyText(conflict.key);
    const loser = staged.find(
      ({ write, options }) => options.onConflict !== undefined && keyText(write.key) === name,
    );
    const outcome = await loser?.options.onConflict?.(conflict);
    if (loser === undefined || outcome === undefined) throw conflict;
    if (outcome === 'already done') {
      return staged.filter((other) => other !== loser && other.options.batch !== loser.options.batch);
    }
    if (outcome.writes?.length) await this.#store.commit(outcome.writes);
    throw outcome.error;
  }

  async #fetch(): Promise<void> {
    const keys = [...(this.#requested?.entries() ?? [])];
    this.#requested = undefined;
    this.#fetching = undefined;
    const documents = await this.#store.read(keys.map(([, key]) => key));
    keys.forEach(([name], at) => {
      if (this.#documents.has(name)) return;
      // What was staged meanwhile is newer than what came back.
      const staged = this.#staged.filter(({ write }) => keyText(write.key) === name);
      this.#documents.set(
        name,
        staged.reduce((document, { write }) => applyWrite(document, write), documents[at]),
      );
    });
  }
}

/** Those that leave something of the document as it was. */
const partialWrites: ReadonlySet<Write['op']> = new Set(['consume', 'merge', 'replace']);

const applyWrite = (before: Document | undefined, write: Write): Document | undefined => {
  switch (write.op) {
    case 'remove':
      return undefined;
    case 'consume':
      return before && { consumption: { nonce: '', at: write.at }, ...before };
    case 'replace':
    case 'merge': {
      if (!before) return undefined;
      const fields: Record<string, string> = { ...before.fields };
      for (const [name, text] of Object.entries(write.fields ?? {})) {
        if (text === null) delete fields[name];
        else fields[name] = text;
      }
      return { ...before, body: write.body ?? before.body, fields, ...lifetime(write.expiresAt) };
    }
    default:
      return { body: write.body, fields: write.fields ?? {}, ...lifetime(write.expiresAt) };
  }
};

const lifetime = (expiresAt: number | undefined) => (expiresAt === undefined ? {} : { expiresAt });
