import { createHash } from 'node:crypto';
import { exitCode, Failure } from '#src/errors.ts';
import type { Entry, Key } from '#src/store/port.ts';
import { durableKinds } from '#src/store/record-kinds.ts';
import { fileVersion } from './export.ts';
import { type FileEntry, fromFileEntry } from './file-entry.ts';

export type Lines = () => AsyncIterable<string>;

const pageSize = 500;

const unreadableLine = (number: number, what: string): Failure =>
  new Failure({
    code: 'file_unreadable',
    message: `Line ${number} of the file ${what}: give a file that \`postern export\` wrote, whole and unchanged.`,
    exit: exitCode.usage,
  });

type JsonObject = Readonly<Record<string, unknown>>;

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\n');

const isKey = (value: unknown): value is Key =>
  isJsonObject(value) && isText(value['kind']) && isText(value['family']) && isText(value['id']);

const isConsumption = (value: unknown): boolean =>
  isJsonObject(value) &&
  typeof value['nonce'] === 'string' &&
  /^\S+$/.test(value['nonce']) &&
  Number.isSafeInteger(value['at']);

const isDocument = (value: unknown): boolean =>
  isJsonObject(value) &&
  isText(value['body']) &&
  isJsonObject(value['parts']) &&
  Object.entries(value['parts']).every(([name, text]) => /^\S+$/.test(name) && isText(text)) &&
  (value['claim'] === undefined || isConsumption(value['claim'])) &&
  (value['expiresAt'] === undefined || Number.isSafeInteger(value['expiresAt']));

const isIndexEntry = (value: unknown): boolean =>
  isJsonObject(value) && isText(value['index']) && isText(value['of']) && typeof value['at'] === 'number';

const isEntry = (value: unknown): value is FileEntry =>
  isJsonObject(value) &&
  isKey(value['key']) &&
  (value['type'] === 'document'
    ? isDocument(value['document'])
    : value['type'] === 'index' && isIndexEntry(value['entry']));

const parse = (text: string, number: number): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadableLine(number, 'is not JSON');
  }
};

interface ExportFile {
  readonly pages: AsyncGenerator<readonly Entry[]>;
  /** Of the whole file, at its end. */
  readonly digest: () => string;
}

/** Every entry of the file, once its frame and each line of it have been looked at. */
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
    } else if (!isEntry(value)) throw unreadableLine(number, 'is not an entry');
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
