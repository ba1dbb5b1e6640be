import type { Entry, Store } from '#src/store/port.ts';

/** What an installation must not lose. Sessions, grants and tokens are not among it: people and clients get new ones. */
export const durableKinds: ReadonlySet<string> = new Set([
  'account',
  'account-name',
  'client',
  'ra',
  'key',
  'key-ring',
  'consent',
  'audit',
  'audit-chain',
  'demo',
]);

export const fileVersion = 1;

interface FirstLine {
  readonly postern: 'export';
  readonly v: number;
  readonly at: string;
}

/** Tells a whole file from one that broke off. */
interface LastLine {
  readonly end: true;
  readonly entries: number;
}

const line = (value: FirstLine | LastLine | Entry): string => `${JSON.stringify(value)}\n`;

/** Documents first, then their places in lists; as text, page by page. */
export async function* exportLines(store: Store, at: Date): AsyncGenerator<string> {
  yield line({ postern: 'export', v: fileVersion, at: at.toISOString() });
  let entries = 0;
  for (const type of ['document', 'index'] as const) {
    let cursor: string | undefined;
    do {
      const page = await store.dump(cursor);
      const wanted = page.entries.filter((entry) => entry.type === type && durableKinds.has(entry.key.kind));
      entries += wanted.length;
      if (wanted.length > 0) yield wanted.map(line).join('');
      cursor = page.next;
    } while (cursor !== undefined);
  }
  yield line({ end: true, entries });
}
