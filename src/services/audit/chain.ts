import { randomBytes } from 'node:crypto';
import type { SecurityEvent } from '../../events.ts';
import type { IndexEntry, Store, Write } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { type ChainHead, putHead, readHeads } from './heads.ts';
import type { TimedEvent } from './merge-events.ts';
import { encodeRecord, recordKey, type SeenHead } from './record.ts';

interface Dependencies {
  readonly store: Store;
  readonly cipher: () => SecretCipher | Promise<SecretCipher>;
  /** 0 keeps records for ever. */
  readonly retentionDays: number;
}

/** Every process writes its own chain, so processes never wait for each other. */
export interface Chain {
  /** Appends all events in their order, or none. */
  append(newEvents: readonly TimedEvent[]): Promise<void>;
}

const dayMs = 86_400_000;
const maxSeen = 32;

const indexEntries = ({ client, account }: SecurityEvent, at: number): IndexEntry[] => [
  { index: 'audit', of: 'all', at },
  ...(client === undefined ? [] : [{ index: 'audit-client', of: client, at }]),
  ...(account === undefined ? [] : [{ index: 'audit-account', of: account, at }]),
];

const readOtherHeads = async (store: Store, cipher: SecretCipher): Promise<SeenHead[]> => {
  const seen: SeenHead[] = [];
  for await (const one of readHeads(store, cipher)) {
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
    async append(newEvents) {
      const headCipher = await cipher();
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
        openedAt = newEvents[0]?.at ?? 0;
        add(
          { at: openedAt, event: { type: 'audit.opened', outcome: 'ok' } },
          await readOtherHeads(store, headCipher),
        );
      }
      for (const one of newEvents) add(one);
      await store.commit([...writes, putHead(next, openedAt, headCipher)]);
      end = next;
    },
  };
};
