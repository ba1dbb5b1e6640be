import { randomBytes } from 'node:crypto';
import type { SecurityEvent } from '#src/events.ts';
import type { IndexEntry, Store, Write } from '#src/store/port.ts';
import { type Head, heads, putHead, type SealingBox } from './heads.ts';
import type { Happened } from './merging.ts';
import { encodeRecord, recordKey, type Seen } from './record.ts';

interface Parts {
  readonly store: Store;
  readonly box: () => SealingBox | Promise<SealingBox>;
  /** 0: for ever. */
  readonly retentionDays: number;
}

/** A chain of this process alone, so that processes never wait for each other. */
export interface Chain {
  /** All of them or none; in the order given. */
  append(happened: readonly Happened[]): Promise<void>;
}

const dayMs = 86_400_000;
const mostSeen = 32;

const entriesOf = ({ client, account }: SecurityEvent, at: number): IndexEntry[] => [
  { index: 'audit', of: 'all', at },
  ...(client === undefined ? [] : [{ index: 'audit-client', of: client, at }]),
  ...(account === undefined ? [] : [{ index: 'audit-account', of: account, at }]),
];

const othersNow = async (store: Store, box: SealingBox): Promise<Seen[]> => {
  const seen: Seen[] = [];
  for await (const one of heads(store, box)) {
    if ('head' in one) seen.push(one.head);
    if (seen.length === mostSeen) break;
  }
  return seen;
};

export const createChain = ({ store, box, retentionDays }: Parts): Chain => {
  const chain = randomBytes(9).toString('base64url');
  let end: Head = { chain, seq: 0, hash: '' };
  let openedAt = 0;

  return {
    async append(happened) {
      const sealing = await box();
      let next = end;
      const writes: Write[] = [];
      const add = ({ at, event, merged }: Happened, seen?: readonly Seen[]): void => {
        const until = retentionDays === 0 ? undefined : at + retentionDays * dayMs;
        const seq = next.seq + 1;
        const { text, hash } = encodeRecord(event, {
          chain,
          seq,
          at,
          prev: next.hash,
          ...(next.until !== undefined && { prev_until: next.until }),
          ...(seen && { seen }),
          ...(merged && { merged }),
        });
        writes.push({
          op: 'insert',
          key: recordKey(chain, seq),
          body: text,
          index: entriesOf(event, at),
          ...(until !== undefined && { expiresAt: until }),
        });
        next = { chain, seq, hash, ...(until !== undefined && { until }) };
      };
      if (end.seq === 0) {
        openedAt = happened[0]?.at ?? 0;
        add(
          { at: openedAt, event: { type: 'audit.opened', outcome: 'ok' } },
          await othersNow(store, sealing),
        );
      }
      for (const one of happened) add(one);
      await store.commit([...writes, putHead(next, openedAt, sealing)]);
      end = next;
    },
  };
};
