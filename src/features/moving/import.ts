import { exitCode, Failure } from '#src/errors.ts';
import type { Entry, Key, Store } from '#src/store/port.ts';
import { durableKinds, fileVersion } from './export.ts';

type Lines = () => AsyncIterable<string>;

interface Parts {
  readonly store: Store;
  /** Called twice: everything is looked at before anything is written. */
  readonly lines: Lines;
  /** Write over records of the same name. */
  readonly overwrite: boolean;
}

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

const isDocument = (value: unknown): boolean =>
  isShape(value) &&
  isText(value['body']) &&
  isShape(value['parts']) &&
  Object.values(value['parts']).every(isText) &&
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

/** Every entry of the file, once its frame and each line of it have been looked at. */
async function* entriesIn(lines: Lines): AsyncGenerator<Entry> {
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
  }
  if (!ended) throw unreadable(number + 1, 'is missing: the file broke off');
}

async function* pagesOf(lines: Lines): AsyncGenerator<Entry[]> {
  let page: Entry[] = [];
  for await (const entry of entriesIn(lines)) {
    page.push(entry);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  yield page;
}

export const importLines = async ({
  store,
  lines,
  overwrite,
}: Parts): Promise<Readonly<Record<string, number>>> => {
  for await (const page of pagesOf(lines)) {
    const keys = page.flatMap(({ type, key }) => (type === 'document' ? [key] : []));
    const found = overwrite ? [] : await store.read(keys);
    const taken = found.findIndex((document) => document !== undefined);
    if (taken < 0) continue;
    throw new Failure({
      code: 'record_exists',
      message: `The store holds a record of the kind ${keys[taken]?.kind} that is in the file as well: import into an empty store, or --overwrite.`,
      exit: exitCode.conflict,
    });
  }
  const documents: Record<string, number> = {};
  for await (const page of pagesOf(lines)) {
    await store.load(page);
    for (const { type, key } of page) {
      if (type === 'document') documents[key.kind] = (documents[key.kind] ?? 0) + 1;
    }
  }
  return documents;
};
