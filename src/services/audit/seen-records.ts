import type { Store } from '../../store/port.ts';
import type { HasExpired } from './expiry.ts';
import type { AuditProblem } from './problem.ts';
import { decodeRecord, recordKey, type SeenHead } from './record.ts';

const pageSize = 200;

/** Checks that records which another chain, or the operator, saw at the end of a chain still exist unchanged. */
export const checkSeenRecords = async (
  store: Store,
  seen: readonly SeenHead[],
  hasExpired: HasExpired,
): Promise<readonly AuditProblem[]> => {
  const problems: AuditProblem[] = [];
  const distinct = [...new Map(seen.map((one) => [`${one.chain} ${one.seq}`, one])).values()];
  for (let at = 0; at < distinct.length; at += pageSize) {
    const some = distinct.slice(at, at + pageSize);
    const found = await store.read(some.map(({ chain, seq }) => recordKey(chain, seq)));
    for (const [i, { chain, seq, hash, until }] of some.entries()) {
      const text = found[i]?.body;
      if (text === undefined) {
        if (!hasExpired(until)) problems.push({ chain, seq, message: 'was seen before and is missing now' });
      } else if (decodeRecord(text)?.hash !== hash) {
        problems.push({ chain, seq, message: 'is another one than was seen before' });
      }
    }
  }
  return problems;
};
