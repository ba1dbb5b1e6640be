import type { IndexEntry, Key, Put, Store } from '#src/store/port.ts';
import type { Seen } from './record.ts';

/** Where a chain ends: kept beside it and sealed, so that nobody without the key can cut or rewrite it. */
export type Head = Seen;

/** What seals heads: the box of the server's keys. */
export interface SealingBox {
  seal(text: string, place?: string): string;
  open(sealed: string, place?: string): string;
}

const version = 1;

const headKey = (chain: string): Key => ({ kind: 'audit-chain', family: chain, id: '' });

const place = (chain: string): string => `audit ${chain}`;
const content = ({ seq, hash, until = 0 }: Head): string => `${seq} ${hash} ${until}`;

export const putHead = (head: Head, at: number, box: SealingBox): Put => ({
  op: 'put',
  key: headKey(head.chain),
  body: JSON.stringify({ v: version, ...head, seal: box.seal(content(head), place(head.chain)) }),
  index: [{ index: 'audit-chains', of: 'all', at }] satisfies IndexEntry[],
  ...(head.until !== undefined && { expiresAt: head.until }),
});

export type ReadHead =
  | { readonly chain: string; readonly head: Head }
  | { readonly chain: string; readonly problem: string };

const isHead = (value: unknown): value is Head & { readonly v: number; readonly seal: string } =>
  typeof value === 'object' &&
  value !== null &&
  'v' in value &&
  value.v === version &&
  'seq' in value &&
  Number.isSafeInteger(value.seq) &&
  'hash' in value &&
  typeof value.hash === 'string' &&
  'seal' in value &&
  typeof value.seal === 'string';

const decode = (chain: string, body: string, box: SealingBox): ReadHead => {
  try {
    const value: unknown = JSON.parse(body);
    if (!isHead(value)) return { chain, problem: 'its end is damaged, or was written by a later release' };
    const { seq, hash, until } = value;
    const head = { chain, seq, hash, ...(until !== undefined && { until }) };
    if (box.open(value.seal, place(chain)) === content(head)) return { chain, head };
  } catch {
    // Told below: a seal that doesn't open is a seal that is not ours.
  }
  return { chain, problem: 'the seal of its end is not one of this server' };
};

export const readHead = async (
  store: Store,
  chain: string,
  box: SealingBox,
): Promise<ReadHead | undefined> => {
  const [document] = await store.read([headKey(chain)]);
  return document && decode(chain, document.body, box);
};

const pageSize = 200;

export async function* heads(store: Store, box: SealingBox): AsyncGenerator<ReadHead> {
  let cursor: string | undefined;
  do {
    const page = await store.list('audit-chains', 'all', {
      limit: pageSize,
      order: 'descending',
      ...(cursor !== undefined && { cursor }),
    });
    for (const { key, document } of page.items) yield decode(key.family, document.body, box);
    cursor = page.next;
  } while (cursor !== undefined);
}
