import type { Key, Store } from '#src/store/port.ts';
import type { MintRequest } from './fixtures.ts';

interface FillOptions {
  readonly store: Store;
  readonly mint: (order: MintRequest) => Promise<readonly string[]>;
  readonly count: number;
}

const page = 2_000;
const familyLength = 12;

/** Copies one grant and its refresh token to `count` new families, by the operation that restores a backup. */
export const fillWithGrants = async ({ store, mint, count }: FillOptions): Promise<void> => {
  const [grantId = ''] = await mint({ kind: 'login', alg: 'ES256', count: 1 });
  const family = grantId.slice(0, familyLength);
  const originals: { key: Key; body: string; expiresAt: number }[] = [];
  let cursor: string | undefined;
  do {
    const { entries, next } = await store.dump(cursor);
    for (const entry of entries) {
      if (entry.type !== 'document' || entry.key.family !== family) continue;
      originals.push({ key: entry.key, body: entry.document.body, expiresAt: entry.document.expiresAt ?? 0 });
    }
    cursor = next;
  } while (cursor !== undefined);
  if (originals.length < 2) throw new Error('the grant to copy was not found');

  for (let from = 0; from < count; from += page) {
    const entries = [];
    for (let i = from; i < Math.min(from + page, count); i++) {
      const name = `fill${i.toString(36).padStart(familyLength - 4, '0')}`;
      for (const { key, body, expiresAt } of originals) {
        entries.push({
          type: 'document' as const,
          key: { ...key, family: name },
          document: { body: body.replaceAll(family, name), fields: {}, expiresAt },
        });
      }
    }
    await store.load(entries);
  }
};
