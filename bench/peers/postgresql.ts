/** A PostgreSQL of the machine, with its own settings and a data folder that goes afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/testing/free-port.ts';

export interface RunningPostgres {
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  close(): Promise<void>;
}

export const databaseUser = 'bench';
const startTimeoutMs = 20_000;

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
const unprivileged = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
};

/** Undefined when no PostgreSQL is installed. */
export const startPostgres = async (): Promise<RunningPostgres | undefined> => {
  const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (bin === undefined) return undefined;
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'postern-postgresql-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const options = { cwd: folder, encoding: 'utf8' as const, ...user };
  execFileSync(
    join(bin, 'initdb'),
    ['--pgdata', 'data', '--username', databaseUser, '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'],
    options,
  );
  const port = await freePort();
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', 'data', '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
    { cwd: folder, stdio: 'ignore', ...user },
  );
  const close = async (): Promise<void> => {
    const ended = once(child, 'exit');
    // SIGINT ends open connections and stops.
    child.kill('SIGINT');
    if (child.exitCode === null) await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const isReady = (): boolean => {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], options);
      return true;
    } catch {
      return false;
    }
  };
  for (const end = performance.now() + startTimeoutMs; !isReady(); await sleep(100)) {
    if (child.exitCode === null && performance.now() < end) continue;
    await close();
    throw new Error('PostgreSQL did not start');
  }
  const [version = ''] = /\d+(\.\d+)?/.exec(execFileSync(join(bin, 'postgres'), ['--version'], options)) ?? [
    '',
  ];
  return { port, pid: child.pid ?? 0, version, close };
};
