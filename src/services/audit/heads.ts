import { NewerRecord, RecordDamaged } from '../../store/errors.ts';
import type { IndexEntry, Key, Put, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { SeenHead } from './record.ts';

/** Where a chain ends. It is stored encrypted, so that cutting or rewriting a chain takes the key. */
export type ChainHead = SeenHead;

const format = record<ChainHead & { readonly seal: string }>('auditChain');

const headKey = (chain: string): Key => ({ kind: kinds.auditChain, family: chain, id: '' });

const encryptionContext = (chain: string): string => `audit ${chain}`;
const headText = ({ seq, hash, until = 0 }: ChainHead): string => `${seq} ${hash} ${until}`;

export const putHead = (head: ChainHead, at: number, cipher: SecretCipher): Put => ({
  op: 'put',
  key: headKey(head.chain),
  body: format.encode({
    ...head,
    seal: cipher.encrypt(headText(head), encryptionContext(head.chain)),
  }),
  index: [{ index: 'audit-chains', of: 'all', at }] satisfies IndexEntry[],
  ...(head.until !== undefined && { expiresAt: head.until }),
});

export type ReadHead =
  | { readonly chain: string; readonly head: ChainHead }
  | { readonly chain: string; readonly problem: string };

const isWhole = ({ seq, hash, seal }: ReturnType<typeof format.decode>): boolean =>
  Number.isSafeInteger(seq) && typeof hash === 'string' && typeof seal === 'string';

const decode = (chain: string, body: string, cipher: SecretCipher): ReadHead => {
  const damaged = { chain, problem: 'its end is damaged, or was written by a later release' };
  try {
    const value = format.decode(body);
    if (!isWhole(value)) return damaged;
    const { seq, hash, until } = value;
    const head = { chain, seq, hash, ...(until !== undefined && { until }) };
    if (cipher.decrypt(value.seal, encryptionContext(chain)) === headText(head)) return { chain, head };
  } catch (error) {
    // What can't be decrypted wasn't encrypted by this server; that is reported below.
    if (error instanceof NewerRecord || error instanceof RecordDamaged) return damaged;
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
