import { createHash } from 'node:crypto';
import { exitCode, Failure } from '../../errors.ts';
import type { Entry } from '../../store/port.ts';
import { durableKinds } from '../../store/record-kinds.ts';
import { fileVersion } from './export.ts';
import { fromFileEntry, isFileEntry, isJsonObject } from './file-entry.ts';

export type Lines = () => AsyncIterable<string>;

const pageSize = 500;

const unreadableLine = (number: number, what: string): Failure =>
  new Failure({
    code: 'file_unreadable',
    message: `Line ${number} of the file ${what}: give a file that \`postern export\` wrote, whole and unchanged.`,
    exit: exitCode.usage,
  });

const parse = (text: string, number: number): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadableLine(number, 'is not JSON');
  }
};

interface ExportFile {
  readonly pages: AsyncGenerator<readonly Entry[]>;
  /** The digest that the last line holds; known once all pages are read. */
  readonly digest: () => string;
}

/** Checks the first line, each entry and the last line, and yields the entries. */
async function* parseEntries(lines: Lines, onDigest: (digest: string) => void): AsyncGenerator<Entry> {
  const digest = createHash('sha256');
  let number = 0;
  let entries = 0;
  let ended = false;
  for await (const text of lines()) {
    number += 1;
    const value = parse(text, number);
    if (number === 1) {
      if (!isJsonObject(value) || value['postern'] !== 'export')
        throw unreadableLine(1, 'does not begin an export');
      if (value['v'] !== fileVersion) {
        throw unreadableLine(1, `says that it is of version ${value['v']}, which this release can not read`);
      }
    } else if (ended) throw unreadableLine(number, 'comes after the end');
    else if (isJsonObject(value) && value['end'] === true) {
      if (value['entries'] !== entries)
        throw unreadableLine(number, `promises ${value['entries']} entries, but there are ${entries}`);
      const sha256 = digest.digest('base64url');
      if (value['sha256'] !== sha256)
        throw unreadableLine(number, 'has another digest than the lines before it: one of them was changed');
      onDigest(sha256);
      ended = true;
    } else if (!isFileEntry(value)) throw unreadableLine(number, 'is not an entry');
    else if (!durableKinds.has(value.key.kind)) {
      throw unreadableLine(
        number,
        `holds a record of the kind ${value.key.kind}, which this release does not know`,
      );
    } else {
      entries += 1;
      yield fromFileEntry(value);
    }
    if (!ended) digest.update(`${text}\n`);
  }
  if (!ended) throw unreadableLine(number + 1, 'is missing: the file broke off');
}

async function* groupIntoPages(entries: AsyncIterable<Entry>): AsyncGenerator<readonly Entry[]> {
  let page: Entry[] = [];
  for await (const entry of entries) {
    page.push(entry);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  yield page;
}

export const readExport = (lines: Lines): ExportFile => {
  let digest = '';
  const entries = parseEntries(lines, (sha256) => {
    digest = sha256;
  });
  return { pages: groupIntoPages(entries), digest: () => digest };
};
