import type { Document, Key, Store, Write } from './port.ts';
import { commitStaged, keyText, type StagedWrite, survivors, type WriteOptions } from './staged-writes.ts';

interface Action {
  readonly run: () => void;
  readonly onRefusal: boolean;
}

/**
 * Everything that one request reads and writes. Reads in one turn of the event loop share a round trip, and each
 * document is read once. Writes are staged: later reads see them, and `commit` sends them together before the response.
 */
export class UnitOfWork {
  readonly #store: Store;
  readonly #documents = new Map<string, Document | undefined>();
  readonly #afterCommit: Action[] = [];
  #staged: StagedWrite[] = [];
  #committed: readonly StagedWrite[] = [];
  #requested: Map<string, Key> | undefined;
  #fetching: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `prefetch` names documents that are likely to be read next; they share the round trip. */
  async read(key: Key, prefetch: readonly Key[] = []): Promise<Document | undefined> {
    const text = keyText(key);
    if (!this.#documents.has(text)) {
      this.#requested ??= new Map();
      this.#requested.set(text, key);
      for (const extra of prefetch) {
        const extraText = keyText(extra);
        if (!this.#documents.has(extraText)) this.#requested.set(extraText, extra);
      }
      this.#fetching ??= this.#fetchTogether();
      await this.#fetching;
    }
    return this.#documents.get(text);
  }

  /** The document if it was read or written before; without a round trip. */
  peek(key: Key): Document | undefined {
    return this.#documents.get(keyText(key));
  }

  stage(write: Write, options: WriteOptions = {}): void {
    this.#staged.push({ write, options });
    const text = keyText(write.key);
    // A change to an unread document is applied when the document is read.
    if (this.#documents.has(text) || !partialWrites.has(write.op)) {
      this.#documents.set(text, applyWrite(this.#documents.get(text), write));
    }
  }

  /**
   * Runs `action` after the commit of a request that succeeds, and with `onRefusal` also after that of a refused one. An
   * error in it is reported and doesn't change the response.
   */
  afterCommit(action: () => void, { onRefusal = false } = {}): void {
    this.#afterCommit.push({ run: action, onRefusal });
  }

  /** A request that is refused, or loses a race here, commits only the writes marked `commitOnRefusal`. */
  async commit({ refused = false } = {}): Promise<void> {
    const staged = refused ? survivors(this.#staged) : this.#staged;
    const actions = this.#afterCommit.splice(0);
    this.#staged = [];
    const { committed, lostRace } =
      staged.length === 0 ? nothingCommitted : await commitStaged(this.#store, staged);
    this.#committed = committed;
    const isRefused = refused || lostRace !== undefined;
    for (const { run, onRefusal } of actions) {
      if (isRefused && !onRefusal) continue;
      try {
        run();
      } catch (error) {
        process.emitWarning(
          `an action after a commit failed: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
    if (lostRace) throw lostRace;
  }

  /** Whether the last commit wrote to this document. */
  hasCommitted(key: Key): boolean {
    const text = keyText(key);
    return this.#committed.some(({ write }) => keyText(write.key) === text);
  }

  async #fetchTogether(): Promise<void> {
    // Reads that are asked for meanwhile join.
    await undefined;
    const keys = [...(this.#requested?.entries() ?? [])];
    this.#requested = undefined;
    this.#fetching = undefined;
    const documents = await this.#store.read(keys.map(([, key]) => key));
    keys.forEach(([text], at) => {
      if (this.#documents.has(text)) return;
      // Writes staged during the read are newer than its result.
      const staged = this.#staged.filter(({ write }) => keyText(write.key) === text);
      this.#documents.set(
        text,
        staged.reduce((document, { write }) => applyWrite(document, write), documents[at]),
      );
    });
  }
}

const nothingCommitted = { committed: [], lostRace: undefined };

/** The operations that keep a part of the document as it was. */
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
