import { Unavailable, Unusable } from '#src/store/errors.ts';

const [busy, locked, noMemory, readOnly, ioError, corrupt, full, cantOpen, protocol, notADatabase] = [
  5, 6, 7, 8, 10, 11, 13, 14, 15, 26,
];

/** SQLite's primary result code. */
const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;

export const isBusy = (error: unknown): boolean => {
  const code = resultCode(error);
  return code === busy || code === locked || code === protocol;
};

export const isCorrupt = (error: unknown): boolean => {
  const code = resultCode(error);
  return code === corrupt || code === notADatabase;
};

const sentences = new Map([
  [busy, 'the embedded store stayed locked by another process'],
  [locked, 'the embedded store stayed locked'],
  [protocol, 'the embedded store stayed locked by another process'],
  [noMemory, 'the embedded store ran out of memory'],
  [readOnly, 'the file of the embedded store can not be written to any more'],
  [ioError, 'the disk of the embedded store failed'],
  [corrupt, 'the file of the embedded store is damaged'],
  [full, 'the disk of the embedded store is full'],
  [cantOpen, 'the file of the embedded store can not be opened any more'],
  [notADatabase, 'the file of the embedded store is damaged'],
]);

/** What a caller is told of a fault of the file or the disk; faults of ours stay what they are. */
export const toUnavailable = (error: unknown): unknown => {
  const sentence = sentences.get(resultCode(error) ?? 0);
  return sentence === undefined ? error : new Unavailable(sentence, { cause: error });
};

const fixes = new Map([
  [busy, 'is locked by another program: stop it, then start again'],
  [locked, 'is locked by another program: stop it, then start again'],
  [protocol, 'is locked by another program: stop it, then start again'],
  [readOnly, 'can not be written: give this user write access to the file and its folder'],
  [ioError, 'could not be read or written: check the disk, and that it is a local one'],
  [corrupt, 'is damaged: restore it from a backup, or move it away to start with an empty store'],
  [full, 'could not be written, the disk is full: free some space'],
  [cantOpen, 'can not be opened: give this user read and write access to the file and its folder'],
  [
    notADatabase,
    'is not a store, or is damaged: restore it from a backup, or name another file in store.url',
  ],
]);

export const toUnusable = (path: string, error: unknown): unknown => {
  const fix = fixes.get(resultCode(error) ?? 0);
  return fix === undefined ? error : new Unusable(`the store file ${path} ${fix}`, { cause: error });
};
