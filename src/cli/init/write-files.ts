import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCode, Failure } from '#src/errors.ts';
import type { Answers } from './answers.ts';
import { configurationText, fileNames } from './configuration-text.ts';

interface NewFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

const [onlyOwner, ownerAndGroup] = [0o600, 0o640];

/** A URL with a password goes to a file of its own, since the configuration ends up in backups and version control. */
const hasPassword = (url: string): boolean => /^[^:]+:\/\/[^/?#]*:[^/?#@]*@/.test(url);

const withoutSecrets = (answers: Answers): Answers =>
  'url' in answers.store && hasPassword(answers.store.url)
    ? { ...answers, store: { file: fileNames.storeUrl } }
    : answers;

const filesFor = (configuration: string, answers: Answers): readonly NewFile[] => {
  const beside = (name: string): string => join(dirname(configuration), name);
  const { store, mail } = answers;
  const key = beside(fileNames.keyEncryptionKey);
  return [
    // A key that is there is the one of an earlier installation, whose store only that key can decrypt.
    ...(existsSync(key)
      ? []
      : [{ path: key, mode: onlyOwner, content: `${randomBytes(32).toString('base64')}\n` }]),
    ...('url' in store && hasPassword(store.url)
      ? [{ path: beside(fileNames.storeUrl), mode: onlyOwner, content: `${store.url}\n` }]
      : []),
    ...(mail?.password && 'text' in mail.password
      ? [{ path: beside(fileNames.mailPassword), mode: onlyOwner, content: `${mail.password.text}\n` }]
      : []),
    { path: configuration, mode: ownerAndGroup, content: configurationText(withoutSecrets(answers)) },
  ];
};

export const assertNew = (path: string): void => {
  if (!existsSync(path)) return;
  throw new Failure({
    code: 'file_exists',
    message: `${path} exists already, and nothing is overwritten: change it, remove it, or name another file with --config.`,
    exit: exitCode.conflict,
  });
};

const unwritable = (path: string, cause: unknown): Failure => {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new Failure({
    code: 'cannot_write',
    message: `${path} can not be written (${reason}): give this user write access to the folder, or name another file with --config.`,
    cause,
  });
};

interface WrittenFiles {
  readonly paths: readonly string[];
  remove(): void;
}

/** Writes all files or none. */
export const writeFiles = (configuration: string, answers: Answers): WrittenFiles => {
  const files = filesFor(configuration, answers);
  for (const { path } of files) assertNew(path);
  const paths: string[] = [];
  const remove = (): void => {
    for (const path of paths) rmSync(path, { force: true });
  };
  for (const { path, mode, content } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content, { mode, flag: 'wx', flush: true });
      paths.push(path);
    } catch (error) {
      remove();
      throw unwritable(path, error);
    }
  }
  return { paths, remove };
};
