import type { IndexEntry, Key, Put, Store } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { SeenHead } from './record.ts';

/** Where a chain ends. It is stored encrypted, so that cutting or rewriting a chain takes the key. */
export type ChainHead = SeenHead;

const version = 1;

const headKey = (chain: string): Key => ({ kind: kinds.auditChain, family: chain, id: '' });

const encryptionContext = (chain: string): string => `audit ${chain}`;
const headText = ({ seq, hash, until = 0 }: ChainHead): string => `${seq} ${hash} ${until}`;

export const putHead = (head: ChainHead, at: number, cipher: SecretCipher): Put => ({
  op: 'put',
  key: headKey(head.chain),
  body: JSON.stringify({
    v: version,
    ...head,
    seal: cipher.encrypt(headText(head), encryptionContext(head.chain)),
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

const decode = (chain: string, body: string, cipher: SecretCipher): ReadHead => {
  try {
    const value: unknown = JSON.parse(body);
    if (!isHead(value)) return { chain, problem: 'its end is damaged, or was written by a later release' };
    const { seq, hash, until } = value;
    const head = { chain, seq, hash, ...(until !== undefined && { until }) };
    if (cipher.decrypt(value.seal, encryptionContext(chain)) === headText(head)) return { chain, head };
  } catch {
    // What can't be decrypted wasn't encrypted by this server; that is reported below.
  }
  return { chain, problem: 'its end was not encrypted with the key of this server' };
};

export const readHead = async (
  store: Store,
  chain: string,
  cipher: SecretCipher,
): Promise<ReadHead | undefined> => {
  const [document] = await store.read([headKey(chain)]);
  return document && decode(chain, document.body, cipher);
};

const pageSize = 200;

export async function* readHeads(store: Store, cipher: SecretCipher): AsyncGenerator<ReadHead> {
  let cursor: string | undefined;
  do {
    const page = await store.list('audit-chains', 'all', {
      limit: pageSize,
      order: 'descending',
      ...(cursor !== undefined && { cursor }),
    });
    for (const { key, document } of page.items) yield decode(key.family, document.body, cipher);
    cursor = page.next;
  } while (cursor !== undefined);
}
