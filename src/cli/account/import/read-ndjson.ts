import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { entryFromJson } from './entry.ts';
import type { EntryContent, FileEntry } from './file-entry.ts';

const maxLineLength = 256 * 1024;

/** One JSON object in each line, as `account export` writes them. Empty lines are passed over. */
export async function* readNdjson(file: string): AsyncGenerator<FileEntry> {
  const lines = createInterface({
    input: createReadStream(file, { encoding: 'utf8' }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const json = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (json.trim() === '') continue;
    yield { line, ...parse(json) };
  }
}

const parse = (text: string): EntryContent => {
  if (text.length > maxLineLength) return { problem: 'The line is longer than 256 KiB.' };
  if (text.includes('\uFFFD')) return { problem: 'The line is not UTF-8; write the file in UTF-8.' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'The line is not JSON; write one object in each line.' };
  }
  return entryFromJson(value);
};
