import type { Write } from './port.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** The writes of a draft, for the commit that stores it; none of a draft that there is no reason for. */
export type WritesOf = (draft: Draft | undefined) => readonly Write[];

/**
 * Something that isn't stored yet: a message, an account, a client. Its writes are committed together with others. They
 * are given only to a commit that is also followed by the rest, such as the message to other processes.
 */
export class Draft {
  readonly #writes: readonly Write[];
  readonly #afterCommit: () => Promise<void>;

  constructor(writes: readonly Write[], afterCommit: () => Promise<void>) {
    this.#writes = writes;
    this.#afterCommit = afterCommit;
  }

  /** Stages the writes in a unit of work. The rest follows its commit. */
  stageIn(work: UnitOfWork): void {
    for (const write of this.#writes) work.stage(write);
    work.afterCommit(this.#afterCommit);
  }

  /**
   * Runs `commit`, which commits the writes of drafts with its own. The rest follows for each draft whose writes it took,
   * unless it throws.
   */
  static async commitWith<T>(commit: (writesOf: WritesOf) => Promise<T>): Promise<T> {
    const taken = new Set<Draft>();
    const result = await commit((draft) => {
      if (draft === undefined) return [];
      taken.add(draft);
      return draft.#writes;
    });
    for (const draft of taken) await draft.#afterCommit();
    return result;
  }
}
