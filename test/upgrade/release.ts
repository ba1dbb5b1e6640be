import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const checkout = resolve(import.meta.dirname, '../..');

/** The last commit of each release that a newer one must follow without a gap. */
export const releases = { '0.1.0': 'a342ecb5cde37bd31ab9dbc5e17785bceb5cf877' } as const;

export interface Release {
  /** The file that Node runs. */
  readonly main: string;
  remove(): Promise<void>;
}

/** Lays out a former release with its own dependencies, as its users have it. */
export const installRelease = async (version: keyof typeof releases): Promise<Release> => {
  const folder = await mkdtemp(join(tmpdir(), `postern-${version}-`));
  const run = (command: string, args: readonly string[], cwd: string) =>
    // The hooks of the test runner would run in npm too.
    promisify(execFile)('env', ['-u', 'NODE_OPTIONS', command, ...args], { cwd, maxBuffer: 1 << 26 });
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'release.tar');
    await run('git', ['archive', '--output', archive, releases[version]], checkout);
    await run('tar', ['-xf', archive, '-C', folder], folder);
    await run('npm', ['ci', '--omit=dev', '--omit=optional', '--ignore-scripts'], folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { main: join(folder, 'src/cli/main.ts'), remove };
};
