import { fchownSync, statSync } from 'node:fs';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** The owner of a file or folder that root works on for another user. Undefined for other users, and for root's own. */
export const otherOwnerOf = (path: string): Owner | undefined => {
  if (!isRoot()) return undefined;
  const { uid, gid } = statSync(path);
  return uid === 0 ? undefined : { uid, gid };
};

/** Gives a file that root created to another user. It takes no path, which that user could make a link meanwhile. */
export const giveFile = (descriptor: number, owner: Owner | undefined): void => {
  if (!owner) return;
  try {
    fchownSync(descriptor, owner.uid, owner.gid);
  } catch (error) {
    // In a container, root may lack the right to do so.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
  }
};
