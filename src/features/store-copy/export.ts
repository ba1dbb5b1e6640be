import { createHash } from 'node:crypto';
import type { Store } from '#src/store/port.ts';
import { durableKinds } from '#src/store/record-kinds.ts';
import { readPages } from './entries.ts';
import { type FileEntry, toFileEntry } from './file-entry.ts';

export const fileVersion = 1;

interface FirstLine {
  readonly postern: 'export';
  readonly v: number;
  readonly at: string;
}

/** Tells a whole file from one that broke off or was changed. */
interface LastLine {
  readonly end: true;
  readonly entries: number;
  /** Of all lines before it. */
  readonly sha256: string;
}

const toLine = (value: FirstLine | LastLine | FileEntry): string => `${JSON.stringify(value)}\n`;

/** Documents first, then their places in lists; as text, page by page. */
export async function* exportLines(store: Store, at: Date): AsyncGenerator<string> {
  const digest = createHash('sha256');
  const addToDigest = (text: string): string => {
    digest.update(text);
    return text;
  };
  yield addToDigest(toLine({ postern: 'export', v: fileVersion, at: at.toISOString() }));
  let entries = 0;
  for (const type of ['document', 'index'] as const) {
    for await (const page of readPages(store)) {
      const wanted = page.filter((entry) => entry.type === type && durableKinds.has(entry.key.kind));
      entries += wanted.length;
      if (wanted.length > 0) yield addToDigest(wanted.map((entry) => toLine(toFileEntry(entry))).join(''));
    }
  }
  yield toLine({ end: true, entries, sha256: digest.digest('base64url') });
}
