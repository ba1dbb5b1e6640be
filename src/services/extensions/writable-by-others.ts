import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const groupOrOthers = 0o022;
const sticky = 0o1000;

const isWritableFolder = (folder: string): boolean => {
  const { mode } = statSync(folder);
  return (mode & groupOrOthers) !== 0 && (mode & sticky) === 0;
};

/** What other users of the machine may change, so that they could put code into this server. */
export const findWritableByOthers = (path: string): string | undefined => {
  // Windows has no such modes.
  if (process.platform === 'win32') return undefined;
  const file = realpathSync(path);
  if ((statSync(file).mode & groupOrOthers) !== 0) return file;
  // Users who may write to the folder of a link can point it elsewhere.
  return [dirname(file), dirname(path)].find(isWritableFolder);
};
