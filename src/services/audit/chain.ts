import { randomBytes } from 'node:crypto';
import type { SecurityEvent } from '#src/events.ts';
import type { IndexEntry, Store, Write } from '#src/store/port.ts';
import { type ChainHead, putHead, readHeads, type SecretCipher } from './heads.ts';
import type { TimedEvent } from './merge-refusals.ts';
import { encodeRecord, recordKey, type SeenHead } from './record.ts';

interface Dependencies {
  readonly store: Store;
  readonly cipher: () => SecretCipher | Promise<SecretCipher>;
  /** 0: for ever. */
  readonly retentionDays: number;
}

/** A chain of this process alone, so that processes never wait for each other. */
export interface Chain {
  /** All of them or none; in the order given. */
  append(happened: readonly TimedEvent[]): Promise<void>;
}

const dayMs = 86_400_000;
const maxSeen = 32;

const indexEntries = ({ client, account }: SecurityEvent, at: number): IndexEntry[] => [
  { index: 'audit', of: 'all', at },
  ...(client === undefined ? [] : [{ index: 'audit-client', of: client, at }]),
  ...(account === undefined ? [] : [{ index: 'audit-account', of: account, at }]),
];

const readOtherHeads = async (store: Store, box: SecretCipher): Promise<SeenHead[]> => {
  const seen: SeenHead[] = [];
  for await (const one of readHeads(store, box)) {
    if ('head' in one) seen.push(one.head);
    if (seen.length === maxSeen) break;
  }
  return seen;
};

export const createChain = ({ store, cipher, retentionDays }: Dependencies): Chain => {
  const chain = randomBytes(9).toString('base64url');
  let end: ChainHead = { chain, seq: 0, hash: '' };
  let openedAt = 0;

  return {
    async append(happened) {
      const sealing = await cipher();
      let next = end;
      const writes: Write[] = [];
      const add = ({ at, event, merged }: TimedEvent, seen?: readonly SeenHead[]): void => {
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
          index: indexEntries(event, at),
          ...(until !== undefined && { expiresAt: until }),
        });
        next = { chain, seq, hash, ...(until !== undefined && { until }) };
      };
      if (end.seq === 0) {
        openedAt = happened[0]?.at ?? 0;
        add(
          { at: openedAt, event: { type: 'audit.opened', outcome: 'ok' } },
          await readOtherHeads(store, sealing),
        );
      }
      for (const one of happened) add(one);
      await store.commit([...writes, putHead(next, openedAt, sealing)]);
      end = next;
    },
  };
};
