import type { Document, Store } from '../../store/port.ts';
import type { HasExpired } from './expiry.ts';
import type { ChainHead } from './heads.ts';
import type { AuditProblem } from './problem.ts';
import { decodeRecord, isIntact, recordKey, type SeenHead } from './record.ts';

const pageSize = 200;

/** What the next record, or the head, says about a record before it is read. */
interface Expected {
  readonly hash: string | undefined;
  readonly until: number | undefined;
}

const unknown: Expected = { hash: undefined, until: undefined };

interface WalkedChain {
  readonly records: number;
  /** The heads of other chains that the records of this chain mention. */
  readonly seen: readonly SeenHead[];
  readonly problems: readonly AuditProblem[];
}

/** Reads a chain from its head back to its first record, or to where records have expired. */
export const walkChain = async (
  store: Store,
  { chain, seq: last, hash, until }: ChainHead,
  hasExpired: HasExpired,
): Promise<WalkedChain> => {
  const problems: AuditProblem[] = [];
  const seen: SeenHead[] = [];
  let records = 0;
  let expected: Expected = { hash, until };
  /** The last of the records that are missing here. */
  let gap: number | undefined;

  const addProblem = (seq: number, message: string): void => void problems.push({ chain, seq, message });

  const closeGap = (from: number): void => {
    if (gap === undefined) return;
    addProblem(gap, from === gap ? 'is missing' : `and those before it, from ${from} on, are missing`);
    gap = undefined;
  };

  const checkRecord = (seq: number, text: string): Expected => {
    const record = decodeRecord(text);
    if (!isIntact(text) || !record) {
      addProblem(seq, 'was changed after it was written');
      return unknown;
    }
    records += 1;
    if (record.chain !== chain || record.seq !== seq) {
      addProblem(seq, 'was moved here from another place');
      return unknown;
    }
    if (expected.hash !== undefined && record.hash !== expected.hash) {
      addProblem(seq, 'was exchanged for another one');
    }
    if (seq === 1 && record.prev !== '') addProblem(seq, 'has lost what was before it');
    seen.push(...(record.seen ?? []));
    return { hash: record.prev, until: record.prev_until };
  };

  for (let high = last; high > 0; high -= pageSize) {
    const seqs = Array.from({ length: Math.min(pageSize, high) }, (_, i) => high - i);
    const found: readonly (Document | undefined)[] = await store.read(
      seqs.map((seq) => recordKey(chain, seq)),
    );
    for (const [i, seq] of seqs.entries()) {
      const text = found[i]?.body;
      if (text !== undefined) {
        closeGap(seq + 1);
        expected = checkRecord(seq, text);
        continue;
      }
      // When a record has expired, everything before it has expired too.
      if (gap === undefined && hasExpired(expected.until)) return { records, seen, problems };
      gap ??= seq;
      expected = unknown;
    }
    if (found.every((document) => document === undefined)) break;
  }
  closeGap(1);
  return { records, seen, problems };
};
