import { createHash } from 'node:crypto';
import { exitCode, Failure } from '#src/errors.ts';
import type { Entry, Key } from '#src/store/port.ts';
import { durableKinds, fileVersion } from './export.ts';

export type Lines = () => AsyncIterable<string>;

const pageSize = 500;

const unreadable = (number: number, what: string): Failure =>
  new Failure({
    code: 'file_unreadable',
    message: `Line ${number} of the file ${what}: give a file that \`postern export\` wrote, whole and unchanged.`,
    exit: exitCode.usage,
  });

type Shape = Readonly<Record<string, unknown>>;

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\n');

const isKey = (value: unknown): value is Key =>
  isShape(value) && isText(value['kind']) && isText(value['family']) && isText(value['id']);

const isClaim = (value: unknown): boolean =>
  isShape(value) &&
  typeof value['nonce'] === 'string' &&
  /^\S+$/.test(value['nonce']) &&
  Number.isSafeInteger(value['at']);

const isDocument = (value: unknown): boolean =>
  isShape(value) &&
  isText(value['body']) &&
  isShape(value['parts']) &&
  Object.entries(value['parts']).every(([name, text]) => /^\S+$/.test(name) && isText(text)) &&
  (value['claim'] === undefined || isClaim(value['claim'])) &&
  (value['expiresAt'] === undefined || Number.isSafeInteger(value['expiresAt']));

const isPlace = (value: unknown): boolean =>
  isShape(value) && isText(value['index']) && isText(value['of']) && typeof value['at'] === 'number';

const isEntry = (value: unknown): value is Entry =>
  isShape(value) &&
  isKey(value['key']) &&
  (value['type'] === 'document'
    ? isDocument(value['document'])
    : value['type'] === 'index' && isPlace(value['entry']));

const parse = (text: string, number: number): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(number, 'is not JSON');
  }
};

interface File {
  readonly pages: AsyncGenerator<readonly Entry[]>;
  /** Of the whole file, at its end. */
  readonly digest: () => string;
}

/** Every entry of the file, once its frame and each line of it have been looked at. */
async function* entriesIn(lines: Lines, tell: (digest: string) => void): AsyncGenerator<Entry> {
  const digest = createHash('sha256');
  let number = 0;
  let entries = 0;
  let ended = false;
  for await (const text of lines()) {
    number += 1;
    const value = parse(text, number);
    if (number === 1) {
      if (!isShape(value) || value['postern'] !== 'export') throw unreadable(1, 'does not begin an export');
      if (value['v'] !== fileVersion) {
        throw unreadable(1, `says that it is of version ${value['v']}, which this release can not read`);
      }
    } else if (ended) throw unreadable(number, 'comes after the end');
    else if (isShape(value) && value['end'] === true) {
      if (value['entries'] !== entries)
        throw unreadable(number, `promises ${value['entries']} entries, but there are ${entries}`);
      const sha256 = digest.digest('base64url');
      if (value['sha256'] !== sha256)
        throw unreadable(number, 'has another digest than the lines before it: one of them was changed');
      tell(sha256);
      ended = true;
    } else if (!isEntry(value)) throw unreadable(number, 'is not an entry');
    else if (!durableKinds.has(value.key.kind)) {
      throw unreadable(
        number,
        `holds a record of the kind ${value.key.kind}, which this release does not know`,
      );
    } else {
      entries += 1;
      yield value;
    }
    if (!ended) digest.update(`${text}\n`);
  }
  if (!ended) throw unreadable(number + 1, 'is missing: the file broke off');
}

async function* inPages(entries: AsyncIterable<Entry>): AsyncGenerator<readonly Entry[]> {
  let page: Entry[] = [];
  for await (const entry of entries) {
    page.push(entry);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  yield page;
}

export const readExport = (lines: Lines): File => {
  let digest = '';
  const entries = entriesIn(lines, (told) => {
    digest = told;
  });
  return { pages: inPages(entries), digest: () => digest };
};
