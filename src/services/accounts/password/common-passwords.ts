import { readFileSync } from 'node:fs';

/**
 * The list, most frequent first. The package exports it beside a decompressor; only the file is read. In the bundle
 * packaging/bundle-seams.ts replaces this module.
 */
export const readCommonPasswords = (): readonly string[] =>
  JSON.parse(
    readFileSync(new URL(import.meta.resolve('@zxcvbn-ts/language-common/src/passwords.json')), 'utf8'),
  );
