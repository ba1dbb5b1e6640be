import type { IndexEntry, Key, Put, Store } from '#src/store/port.ts';
import type { SeenHead } from './record.ts';

/** Where a chain ends: kept beside it and sealed, so that nobody without the key can cut or rewrite it. */
export type ChainHead = SeenHead;

/** What seals heads: the box of the server's keys. */
export interface SecretCipher {
  encrypt(text: string, context?: string): string;
  decrypt(encrypted: string, context?: string): string;
}

const version = 1;

const headKey = (chain: string): Key => ({ kind: 'audit-chain', family: chain, id: '' });

const encryptionContext = (chain: string): string => `audit ${chain}`;
const headText = ({ seq, hash, until = 0 }: ChainHead): string => `${seq} ${hash} ${until}`;

export const putHead = (head: ChainHead, at: number, box: SecretCipher): Put => ({
  op: 'put',
  key: headKey(head.chain),
  body: JSON.stringify({
    v: version,
    ...head,
    seal: box.encrypt(headText(head), encryptionContext(head.chain)),
  }),
  index: [{ index: 'audit-chains', of: 'all', at }] satisfies IndexEntry[],
  ...(head.until !== undefined && { expiresAt: head.until }),
});

export type ReadHead =
  | { readonly chain: string; readonly head: ChainHead }
  | { readonly chain: string; readonly problem: string };

const isHead = (value: unknown): value is ChainHead & { readonly v: number; readonly seal: string } =>
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

const decode = (chain: string, body: string, box: SecretCipher): ReadHead => {
  try {
    const value: unknown = JSON.parse(body);
    if (!isHead(value)) return { chain, problem: 'its end is damaged, or was written by a later release' };
    const { seq, hash, until } = value;
    const head = { chain, seq, hash, ...(until !== undefined && { until }) };
    if (box.decrypt(value.seal, encryptionContext(chain)) === headText(head)) return { chain, head };
  } catch {
    // Told below: a seal that doesn't open is a seal that is not ours.
  }
  return { chain, problem: 'the seal of its end is not one of this server' };
};

export const readHead = async (
  store: Store,
  chain: string,
  box: SecretCipher,
): Promise<ReadHead | undefined> => {
  const [document] = await store.read([headKey(chain)]);
  return document && decode(chain, document.body, box);
};

const pageSize = 200;

export async function* readHeads(store: Store, box: SecretCipher): AsyncGenerator<ReadHead> {
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
