import { StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';
import type { Finding } from '#src/store/port.ts';

const [busy, locked, noMemory, readOnly, ioError, corrupt, full, cantOpen, protocol, notADatabase] = [
  5, 6, 7, 8, 10, 11, 13, 14, 15, 26,
];

/** Errors of the operating system when the log is flushed without SQLite, as SQLite's codes. */
const systemCodes = new Map<unknown, number>([
  ['EIO', ioError],
  ['ENOSPC', full],
  ['EDQUOT', full],
]);

/** SQLite's primary result code. */
const resultCode = (error: unknown): number | undefined => {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return 'code' in error ? systemCodes.get(error.code) : undefined;
};

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
  [corrupt, 'the file of the embedded store is damaged: restore it from a backup'],
  [full, 'the disk of the embedded store is full'],
  [cantOpen, 'the file of the embedded store can not be opened any more'],
  [notADatabase, 'the file of the embedded store is damaged: restore it from a backup'],
]);

/** Translates errors of the file and the disk for callers. Other errors are bugs and stay as they are. */
export const toUnavailable = (error: unknown): unknown => {
  const sentence = sentences.get(resultCode(error) ?? 0);
  return sentence === undefined ? error : new StoreUnavailable(sentence, { cause: error });
};

const fatal = (code: string, message: string, fix: string): Finding => ({ code, fatal: true, message, fix });

const fileDamaged = fatal(
  'file_damaged',
  'The file of the store is damaged.',
  'Stop every server on it and restore it from a backup.',
);
const diskFailed = fatal(
  'disk_failed',
  'The disk of the store does not take what is written.',
  'Look for a quota, a limit on the size of files (ulimit -f), and at the disk itself.',
);
const fileReadOnly = fatal(
  'file_read_only',
  'The file of the store can not be written to any more.',
  'Give the user of the server write access to the file and its folder, and restart.',
);

const findings = new Map([
  [readOnly, fileReadOnly],
  [ioError, diskFailed],
  [corrupt, fileDamaged],
  [
    full,
    fatal(
      'disk_full',
      'The disk of the store is full.',
      'Free some space, or move the store to a larger disk.',
    ),
  ],
  [cantOpen, fileReadOnly],
  [notADatabase, fileDamaged],
]);

/** The finding for an error that lasts until an operator fixes it. */
export const findingOf = (error: unknown): Finding | undefined => findings.get(resultCode(error) ?? 0);

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
  return fix === undefined ? error : new StoreUnusable(`the store file ${path} ${fix}`, { cause: error });
};
