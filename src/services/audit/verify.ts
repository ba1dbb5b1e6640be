import type { Clock, Document, Store } from '#src/store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { type ChainHead, readHead, readHeads } from './heads.ts';
import { decodeRecord, isIntact, recordKey, type SeenHead } from './record.ts';

interface AuditProblem {
  readonly chain: string;
  readonly seq?: number;
  readonly message: string;
}

interface Verdict {
  readonly records: number;
  /** To be kept elsewhere. A later `verify` that gets them finds what was removed since. */
  readonly heads: readonly ChainHead[];
  readonly problems: readonly AuditProblem[];
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly cipher: SecretCipher;
}

const pageSize = 200;
/** The clocks of processes and store differ, so a record that expires about now may be missing already. */
const slackMs = 300_000;

/** What the next record, or the head, says about a record before it is read. */
interface Expected {
  readonly hash: string | undefined;
  readonly until: number | undefined;
}

const unknown: Expected = { hash: undefined, until: undefined };

export const verify = async (
  { store, clock, cipher }: Dependencies,
  knownHeads: readonly SeenHead[] = [],
): Promise<Verdict> => {
  const problems: AuditProblem[] = [];
  const ends = new Map<string, ChainHead>();
  const seenRecords: SeenHead[] = [...knownHeads];
  let records = 0;

  const hasExpired = (until: number | undefined): boolean =>
    until !== undefined && until <= clock.now() + slackMs;

  const checkRecord = (chain: string, seq: number, text: string, expected: Expected): Expected => {
    const addProblem = (message: string): void => void problems.push({ chain, seq, message });
    const record = decodeRecord(text);
    if (!isIntact(text) || !record) {
      addProblem('was changed after it was written');
      return unknown;
    }
    records += 1;
    const { hash, prev, prev_until, seen = [] } = record;
    if (record.chain !== chain || record.seq !== seq) {
      addProblem('was moved here from another place');
      return unknown;
    }
    if (expected.hash !== undefined && hash !== expected.hash) addProblem('was exchanged for another one');
    if (seq === 1 && prev !== '') addProblem('has lost what was before it');
    seenRecords.push(...seen);
    return { hash: prev, until: prev_until };
  };

  const walkChain = async ({ chain, seq: last, hash, until }: ChainHead): Promise<void> => {
    let expected: Expected = { hash, until };
    let gap: number | undefined;
    const close = (from: number): void => {
      if (gap === undefined) return;
      const what = from === gap ? 'is missing' : `and those before it, from ${from} on, are missing`;
      problems.push({ chain, seq: gap, message: what });
      gap = undefined;
    };
    for (let high = last; high > 0; high -= pageSize) {
      const seqs = Array.from({ length: Math.min(pageSize, high) }, (_, i) => high - i);
      const found: readonly (Document | undefined)[] = await store.read(
        seqs.map((seq) => recordKey(chain, seq)),
      );
      for (const [i, seq] of seqs.entries()) {
        const text = found[i]?.body;
        if (text === undefined) {
          // The record expired, and everything before it expired earlier.
          if (gap === undefined && hasExpired(expected.until)) return;
          gap ??= seq;
          expected = unknown;
        } else {
          close(seq + 1);
          expected = checkRecord(chain, seq, text, expected);
        }
      }
      if (found.every((document) => document === undefined)) break;
    }
    close(1);
  };

  /** Finds records beyond the head of their chain, and records of chains without a head. */
  const findStrayRecords = async (): Promise<void> => {
    const beyond = new Map<string, number>();
    let cursor: string | undefined;
    do {
      const page = await store.list('audit', 'all', {
        limit: pageSize,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { key } of page.items) {
        const seq = Number(key.id);
        if (seq > (ends.get(key.family)?.seq ?? 0)) {
          beyond.set(key.family, Math.max(seq, beyond.get(key.family) ?? 0));
        }
      }
      cursor = page.next;
    } while (cursor !== undefined);
    for (const [chain, seq] of beyond) {
      // A record that was written meanwhile moved its head too.
      const now = await readHead(store, chain, cipher);
      if (now && 'head' in now && now.head.seq >= seq) continue;
      if (now && 'problem' in now) continue;
      problems.push({
        chain,
        seq,
        message: now ? 'comes after the end of its chain' : 'belongs to a chain without an end',
      });
    }
  };

  const checkSeenRecords = async (): Promise<void> => {
    const known = [...new Map(seenRecords.map((one) => [`${one.chain} ${one.seq}`, one])).values()];
    for (let at = 0; at < known.length; at += pageSize) {
      const some = known.slice(at, at + pageSize);
      const found = await store.read(some.map(({ chain, seq }) => recordKey(chain, seq)));
      for (const [i, { chain, seq, hash, until }] of some.entries()) {
        const text = found[i]?.body;
        if (text === undefined) {
          if (!hasExpired(until))
            problems.push({ chain, seq, message: 'was seen before and is missing now' });
        } else if (decodeRecord(text)?.hash !== hash) {
          problems.push({ chain, seq, message: 'is another one than was seen before' });
        }
      }
    }
  };

  for await (const one of readHeads(store, cipher)) {
    if ('problem' in one) problems.push({ chain: one.chain, message: one.problem });
    else {
      ends.set(one.chain, one.head);
      await walkChain(one.head);
    }
  }
  await findStrayRecords();
  await checkSeenRecords();
  return { records, heads: [...ends.values()], problems };
};
