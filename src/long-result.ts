import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Output } from './command.ts';
import { exitCode, Failure } from './errors.ts';

export const outputOption = [
  '--output <file>',
  'write it to this new file, which only this user may read, and not to standard output',
] as const;

export interface OutputFlag {
  readonly output?: string | undefined;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const createFile = async (file: string): Promise<FileHandle> => {
  try {
    return await open(file, 'wx', 0o600);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new Failure({
        code: 'file_exists',
        message: `${file} exists already; name another file, or remove it.`,
        exit: exitCode.conflict,
      });
    throw new Failure({
      code: 'cannot_write',
      message: `${file} can not be written (${codeOf(cause)}): name a file in a folder that this user may write to.`,
      cause,
    });
  }
};

/**
 * Writes a long result to standard output, or to a new file. The umask of a shell usually lets every user of the machine
 * read a file that its `>` creates, and results have hashes and keys.
 */
export const writeResult = async (
  output: Output,
  { output: name }: OutputFlag,
  produce: (write: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> => {
  if (name === undefined) return produce(output.stream);
  const path = resolve(name);
  const file = await createFile(path);
  try {
    await produce(async (text) => {
      await file.appendFile(text);
    });
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  output.answer({ file: path }, `Written to ${path}.`);
};
