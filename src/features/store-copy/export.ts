import { createHash } from 'node:crypto';
import type { Store } from '../../store/port.ts';
import { durableKinds } from '../../store/record-kinds.ts';
import { readPages } from './entries.ts';
import { type FileEntry, toFileEntry } from './file-entry.ts';

export const fileVersion = 1;

interface FirstLine {
  readonly postern: 'export';
  readonly v: number;
  readonly at: string;
}

/** Shows that a file is complete and unchanged. */
interface LastLine {
  readonly end: true;
  readonly entries: number;
  /** The digest of all lines before this one. */
  readonly sha256: string;
}

const toLine = (value: FirstLine | LastLine | FileEntry): string => `${JSON.stringify(value)}\n`;

/** The text of an export, a page at a time: first all documents, then all index entries. */
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
