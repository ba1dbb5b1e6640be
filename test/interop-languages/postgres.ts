import { globSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

const idOf = async (option: '-u' | '-g', cwd: string): Promise<number> =>
  Number(await runProgram('id', [option, 'postgres'], { cwd }));

/** A PostgreSQL of this machine with its data in the folder, reachable by a socket only. */
export const startPostgres = async (folder: string) => {
  const [programs] = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
  if (programs === undefined) throw new Error('no PostgreSQL in /usr/lib/postgresql');
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  await mkdir(home);
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    await chmod(folder, 0o755);
    await chown(home, await idOf('-u', folder), await idOf('-g', folder));
  }
  const run = (program: string, ...args: string[]) =>
    isRoot
      ? runProgram('runuser', ['-u', 'postgres', '--', join(programs, program), ...args], { cwd: home })
      : runProgram(join(programs, program), args, { cwd: home });
  await run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync');
  await run(
    'pg_ctl',
    ...['-D', data, '-l', join(home, 'log'), '-w', '-o', `-k ${home} -c listen_addresses=`, 'start'],
  );
  return {
    connection: `host=${home} user=postgres dbname=postgres sslmode=disable`,
    stop: async () => {
      await run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
    },
  };
};
