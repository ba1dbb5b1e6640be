import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { usageError } from '#src/command.ts';
import { csvRecords } from './csv-records.ts';
import { entryFromJson } from './entry.ts';
import type { EntryContent, FileEntry } from './file-entry.ts';

const ownClaim = 'claims.';
const flags = new Set(['disabled', 'email_verified', 'phone_number_verified']);

/** Columns have texts; some members have another type. What isn't one stays a text, and is refused by its type. */
const typed = (name: string, text: string): unknown => {
  if (flags.has(name) && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (name === 'groups' || name === 'require') return text.split(/[\s;,|]+/).filter((group) => group !== '');
  if (name === 'updated_at' && /^\d+$/.test(text)) return Number(text);
  if (name !== 'address') return text;
  try {
    return JSON.parse(text);
  } catch {
    return { formatted: text };
  }
};

const toEntry = (header: readonly string[], fields: readonly string[]): EntryContent => {
  if (fields.length !== header.length)
    return { problem: `The line has ${fields.length} fields, and the header has ${header.length}.` };
  const cells = header.flatMap((name, at) => {
    const text = fields[at] ?? '';
    return text === '' ? [] : [[name, text] as const];
  });
  if (cells.some(([, text]) => text.includes('\uFFFD')))
    return { problem: 'The line is not UTF-8; write the file in UTF-8.' };
  const own = cells.filter(([name]) => name.startsWith(ownClaim));
  const others = cells.filter(([name]) => !name.startsWith(ownClaim));
  return entryFromJson({
    ...Object.fromEntries(others.map(([name, text]) => [name, typed(name, text)])),
    ...(own.length > 0 && {
      claims: Object.fromEntries(own.map(([name, text]) => [name.slice(ownClaim.length), text])),
    }),
  });
};

/** A header with the names of members, and a record for each account. Empty fields are as if they weren't there. */
export async function* readCsv(file: string): AsyncGenerator<FileEntry> {
  const lines = createInterface({
    input: createReadStream(file, { encoding: 'utf8' }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let header: readonly string[] | undefined;
  for await (const { line, fields, broken } of csvRecords(lines)) {
    if (header === undefined) {
      header = fields.map((name) => name.replace(/^\uFEFF/, '').trim());
      if (broken || !header.includes('username'))
        throw usageError('The first line of a CSV file has the names of its columns; `username` is one.');
      continue;
    }
    yield broken
      ? { line, problem: 'A field is not closed, or has a quotation mark inside; double it: "".' }
      : { line, ...toEntry(header, fields) };
  }
}
