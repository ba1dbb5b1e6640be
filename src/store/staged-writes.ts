import { Conflict, StoreUnavailable } from './errors.ts';
import type { Key, Store, Write } from './port.ts';

/**
 * The result of a lost race: an error (with writes to commit), another write of the same document that takes in what the
 * other request did, or that the other request already did the same work.
 */
export type ConflictOutcome =
  | { readonly error: Error; readonly writes?: readonly Write[] }
  | { readonly retry: Write }
  | 'already done';

export interface WriteOptions {
  /** Called when the store refuses the commit because of this write. */
  readonly onConflict?: (conflict: Conflict) => ConflictOutcome | Promise<ConflictOutcome>;
  /** Also commits the write when the request is refused, whatever refuses it. Revocations and replay marks need it. */
  readonly commitOnRefusal?: boolean;
  /** Writes of one batch are dropped together when one of them is `already done` or loses its race. */
  readonly batch?: string;
}

export interface StagedWrite {
  readonly write: Write;
  readonly options: WriteOptions;
}

export const keyText = (key: Key): string => `${key.kind}\n${key.family}\n${key.id}`;

/** What a refused request commits, so that its code stays good. */
export const survivors = (staged: readonly StagedWrite[]): readonly StagedWrite[] =>
  staged.filter(({ options }) => options.commitOnRefusal);

const findLoser = (staged: readonly StagedWrite[], { key }: Conflict): StagedWrite | undefined => {
  const text = keyText(key);
  const ofKey = staged.filter(({ write }) => keyText(write.key) === text);
  return ofKey.find(({ options }) => options.onConflict !== undefined) ?? ofKey[0];
};

const withoutBatchOf = (staged: readonly StagedWrite[], loser: StagedWrite): readonly StagedWrite[] => {
  const { batch } = loser.options;
  return staged.filter((other) => other !== loser && (batch === undefined || other.options.batch !== batch));
};

/** More than that many changes of one document between a read and a write mean that the store is too busy. */
const maxRetries = 10;

const consequences = (writes: readonly Write[] = []): readonly StagedWrite[] =>
  writes.map((write) => ({ write, options: { commitOnRefusal: true } }));

interface CommitResult {
  readonly committed: readonly StagedWrite[];
  /** The error that refuses the request. */
  readonly lostRace: Error | undefined;
}

/**
 * Commits the writes together. A lost race refuses the request: what survives a refusal is committed all the same, and
 * the error of the race is returned. Nothing is committed when the store is unavailable. Then the caller may repeat the
 * same request, with the same proofs, so none of them may be marked as used.
 */
export const commitStaged = async (store: Store, staged: readonly StagedWrite[]): Promise<CommitResult> => {
  let remaining = staged;
  let lostRace: Error | undefined;
  let retries = 0;
  while (remaining.length > 0) {
    try {
      await store.commit(remaining.map(({ write }) => write));
      break;
    } catch (conflict) {
      const loser = conflict instanceof Conflict ? findLoser(remaining, conflict) : undefined;
      if (!(conflict instanceof Conflict) || loser === undefined) throw conflict;
      const outcome = (await loser.options.onConflict?.(conflict)) ?? { error: conflict };
      if (outcome !== 'already done' && 'retry' in outcome) {
        if (++retries > maxRetries)
          throw new StoreUnavailable('a document changes too often', { cause: conflict });
        const { options } = loser;
        remaining = remaining.map((one) => (one === loser ? { write: outcome.retry, options } : one));
        continue;
      }
      remaining = withoutBatchOf(remaining, loser);
      if (outcome === 'already done') continue;
      if (outcome.error instanceof StoreUnavailable) throw outcome.error;
      // The first of several lost races is reported.
      lostRace ??= outcome.error;
      remaining = [...survivors(remaining), ...consequences(outcome.writes)];
    }
  }
  return { committed: remaining, lostRace };
};
