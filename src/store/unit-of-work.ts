import { Conflict } from './errors.ts';
import type { Document, Key, Store, Write } from './port.ts';

/** What a lost race means: an answer (and writes that go with it), or that another request did the same work already. */
type Lost = { readonly error: Error; readonly writes?: readonly Write[] } | 'already done';

export interface Terms {
  /** Asked when the store refuses the commit because of this write. */
  readonly lost?: (conflict: Conflict) => Lost | Promise<Lost>;
  /** Committed even when the request is refused: a revocation, a replay mark. */
  readonly survives?: boolean;
  /** Writes of one errand are dropped together when it turns out `already done`. */
  readonly errand?: string;
}

interface Staged {
  readonly write: Write;
  readonly terms: Terms;
}

const nameOf = (key: Key): string => `${key.kind}\n${key.family}\n${key.id}`;

/**
 * All that one request reads and writes. Reads of one turn of the event loop share a round trip and are remembered;
 * writes wait, visible to later reads, until `commit` sends them all at once, before the answer leaves.
 */
export class UnitOfWork {
  readonly #store: Store;
  readonly #known = new Map<string, Document | undefined>();
  readonly #after: (() => void)[] = [];
  #staged: Staged[] = [];
  #waiting: Map<string, Key> | undefined;
  #arriving: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `alongside` are documents likely wanted next; they ride on the same trip. */
  async read(key: Key, alongside: readonly Key[] = []): Promise<Document | undefined> {
    const name = nameOf(key);
    if (!this.#known.has(name)) {
      this.#waiting ??= new Map();
      this.#waiting.set(name, key);
      for (const extra of alongside) {
        const extraName = nameOf(extra);
        if (!this.#known.has(extraName)) this.#waiting.set(extraName, extra);
      }
      this.#arriving ??= Promise.resolve().then(() => this.#fetch());
      await this.#arriving;
    }
    return this.#known.get(name);
  }

  /** What is known without a trip. */
  peek(key: Key): Document | undefined {
    return this.#known.get(nameOf(key));
  }

  stage(write: Write, terms: Terms = {}): void {
    this.#staged.push({ write, terms });
    const name = nameOf(write.key);
    // A change to what was never read shows on top of it, once it is.
    if (this.#known.has(name) || !changes.has(write.op)) {
      this.#known.set(name, applied(this.#known.get(name), write));
    }
  }

  /** Runs once the commit is through; never when it failed. What goes wrong in it no longer changes the answer. */
  afterCommit(action: () => void): void {
    this.#after.push(action);
  }

  /** A refused request commits only what survives a refusal, and so does not spend a code for nothing. */
  async commit({ refused = false } = {}): Promise<void> {
    let staged = refused ? this.#staged.filter(({ terms }) => terms.survives) : this.#staged;
    this.#staged = [];
    while (staged.length > 0) {
      try {
        await this.#store.commit(staged.map(({ write }) => write));
        break;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        staged = await this.#settle(staged, error);
      }
    }
    for (const action of this.#after.splice(0)) {
      try {
        action();
      } catch (error) {
        process.emitWarning(
          `what follows a commit failed: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }

  async #settle(staged: readonly Staged[], conflict: Conflict): Promise<Staged[]> {
    const name = nameOf(conflict.key);
    const loser = staged.find(({ write, terms }) => terms.lost !== undefined && nameOf(write.key) === name);
    const lost = await loser?.terms.lost?.(conflict);
    if (loser === undefined || lost === undefined) throw conflict;
    if (lost === 'already done') {
      return staged.filter((other) => other !== loser && other.terms.errand !== loser.terms.errand);
    }
    if (lost.writes?.length) await this.#store.commit(lost.writes);
    throw lost.error;
  }

  async #fetch(): Promise<void> {
    const keys = [...(this.#waiting?.entries() ?? [])];
    this.#waiting = undefined;
    this.#arriving = undefined;
    const documents = await this.#store.read(keys.map(([, key]) => key));
    keys.forEach(([name], at) => {
      if (this.#known.has(name)) return;
      // What was staged meanwhile is newer than what came back.
      const staged = this.#staged.filter(({ write }) => nameOf(write.key) === name);
      this.#known.set(
        name,
        staged.reduce((document, { write }) => applied(document, write), documents[at]),
      );
    });
  }
}

/** Those that leave something of the document as it was. */
const changes: ReadonlySet<Write['op']> = new Set(['claim', 'merge', 'replace']);

const applied = (before: Document | undefined, write: Write): Document | undefined => {
  switch (write.op) {
    case 'remove':
      return undefined;
    case 'claim':
      return before && { claim: { nonce: '', at: write.at }, ...before };
    case 'replace':
    case 'merge': {
      if (!before) return undefined;
      const parts: Record<string, string> = { ...before.parts };
      for (const [name, text] of Object.entries(write.parts ?? {})) {
        if (text === null) delete parts[name];
        else parts[name] = text;
      }
      return { ...before, body: write.body ?? before.body, parts, ...lifetime(write.expiresAt) };
    }
    default:
      return { body: write.body, parts: write.parts ?? {}, ...lifetime(write.expiresAt) };
  }
};

const lifetime = (expiresAt: number | undefined) => (expiresAt === undefined ? {} : { expiresAt });
