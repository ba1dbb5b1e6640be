import { stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '#src/store/port.ts';
import type { DiskHealth } from './disk-health.ts';
import { inMemory } from './file.ts';

const MiB = 1024 * 1024;

/** `f_type` of file systems whose locks and shared memory other machines do not see: NFS, SMB (three kinds), AFS, Ceph. */
const networkTypes = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400]);

const checkDisk = async (folder: string): Promise<Finding[]> => {
  const found = await statfs(folder).catch(() => undefined);
  // Without the folder the file is gone too, which has its own finding.
  if (!found) return [];
  const { bavail, bsize, type } = found;
  const findings: Finding[] = [];
  const free = bavail * bsize;
  if (free < 256 * MiB)
    findings.push({
      code: 'disk_low',
      fatal: free < 16 * MiB,
      message: `The disk of the store has ${Math.floor(free / MiB)} MiB left.`,
      fix: 'Free some space, or move the store to a larger disk.',
    });
  if (networkTypes.has(type >>> 0))
    findings.push({
      code: 'network_disk',
      fatal: false,
      message: 'The store is on a network disk, where two machines can damage it.',
      fix: 'Move the file to a local disk, or use Redis for several machines.',
    });
  return findings;
};

const checkLog = async (path: string): Promise<Finding[]> => {
  const size = await stat(`${path}-wal`).then(
    (found) => found.size,
    () => 0,
  );
  if (size < 256 * MiB) return [];
  return [
    {
      code: 'log_large',
      fatal: false,
      message: `The write-ahead log of the store has grown to ${Math.floor(size / MiB)} MiB.`,
      fix: 'Look for a program that keeps the file open for reading (a backup, a shell) and end it.',
    },
  ];
};

/** A file that was removed or replaced under a running process still accepts writes, and all of them are lost. */
const checkSameFile = async (path: string, inode: number): Promise<Finding[]> => {
  const found = await stat(path).catch(() => undefined);
  if (found?.ino === inode) return [];
  return [
    {
      code: 'file_replaced',
      fatal: true,
      message: 'The file of the store was removed or replaced while the server runs.',
      fix: 'Stop every server on it, put the right file back, and start again.',
    },
  ];
};

/** `name` is the file as the operator named it, perhaps a link to it, which may lead elsewhere later. */
export const createInspect = async (path: string, name: string, diskHealth: DiskHealth) => {
  if (path === inMemory)
    return async (): Promise<Finding[]> => [
      {
        code: 'not_kept',
        fatal: false,
        message: 'The store is in memory: everything is forgotten when the server stops.',
        fix: 'Set store.url to sqlite:PATH or to a Redis URL.',
      },
    ];
  const { ino } = await stat(path);
  return async (): Promise<Finding[]> => {
    const checks = [
      diskHealth.findings(),
      checkDisk(dirname(resolve(path))),
      checkLog(path),
      checkSameFile(name, ino),
    ];
    return (await Promise.all(checks)).flat();
  };
};
