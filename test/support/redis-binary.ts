import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Binary {
  readonly command: string;
  readonly kind: string;
  readonly env: NodeJS.ProcessEnv;
}

const cache = join(import.meta.dirname, '../../node_modules/.cache/postern-redis');
const help =
  'no redis-server or valkey-server was found and none could be fetched: ' +
  'run `docker compose up -d valkey`, then `REDIS_URL=redis://127.0.0.1:6379 npm test`';

let found: Promise<Binary> | undefined;

/** Finds a server on the PATH, or unpacks Debian's packages into a cache folder, without root and without installing. */
export const redisBinary = (): Promise<Binary> => {
  found ??= find();
  return found;
};

const find = async (): Promise<Binary> => {
  for (const kind of ['redis-server', 'valkey-server']) {
    const command = onPath(kind);
    if (command) return { command, kind, env: process.env };
  }
  const unpacked = fetched();
  if (unpacked) return unpacked;
  if (!onPath('apt-get') || !onPath('dpkg')) throw new Error(help);
  try {
    await fetchPackages();
  } catch (cause) {
    throw new Error(help, { cause });
  }
  const binary = fetched();
  if (!binary) throw new Error(help);
  return binary;
};

const onPath = (name: string): string | undefined => {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      const file = join(folder, name);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
};

const fetched = (): Binary | undefined => {
  const command = join(cache, 'usr/bin/redis-server');
  if (!existsSync(command)) return undefined;
  return { command, kind: 'redis-server, fetched', env: withLibraries(cache) };
};

const withLibraries = (root: string): NodeJS.ProcessEnv => {
  const folders = [join(root, 'usr/lib'), join(root, 'lib')].filter((folder) => existsSync(folder));
  const nested = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
      .map((entry) => join(folder, entry.name)),
  );
  return { ...process.env, LD_LIBRARY_PATH: [...nested, ...folders].join(':') };
};

const fetchPackages = async (): Promise<void> => {
  mkdirSync(join(cache, '..'), { recursive: true });
  const root = mkdtempSync(`${cache}-`);
  try {
    await unpack(root, ['redis-server', 'redis-tools']).catch(async (error: unknown) => {
      if (process.getuid?.() !== 0) throw error;
      await run('apt-get', ['update']);
      await unpack(root, ['redis-server', 'redis-tools']);
    });
    if (await lacksLibraries(root)) await unpack(root, await librariesOf(['redis-server', 'redis-tools']));
    if (await lacksLibraries(root)) throw new Error('libraries of redis-server are missing');
    if (!existsSync(cache)) renameSync(root, cache);
  } catch (error) {
    // Another test file may have fetched it meanwhile.
    if (!existsSync(cache)) throw error;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const unpack = async (root: string, packages: readonly string[]): Promise<void> => {
  const folder = mkdtempSync(join(root, 'download-'));
  await run('apt-get', ['download', ...packages], { cwd: folder });
  for (const file of readdirSync(folder)) await run('dpkg', ['-x', join(folder, file), root]);
  rmSync(folder, { recursive: true });
};

const lacksLibraries = async (root: string): Promise<boolean> => {
  const { stdout } = await run('ldd', [join(root, 'usr/bin/redis-server')], { env: withLibraries(root) });
  return stdout.includes('not found');
};

const librariesOf = async (packages: readonly string[]): Promise<string[]> => {
  const { stdout } = await run('apt-cache', ['depends', ...packages]);
  const names = [...stdout.matchAll(/Depends: ((?:lib|lua)\S+)$/gm)].flatMap((match) => match[1] ?? []);
  return [...new Set(names)].filter((name) => name !== 'libc6');
};
