import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { isReady, type ServerProcess, startServerProcess, usualConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { workersOf } from '../support/workers.ts';

/** The time after which a supervisor would kill the server. */
const patientMs = 15_000;

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);

t.test(
  "a worker that can't start is retried after growing pauses, and the others keep running",
  async (t) => {
    const server = await startServerProcess(t, { config: { ...usualConfig, listen: { workers: 2 } } });
    await waitFor('both workers', () => workersOf(server).length === 2);
    const [victim = 0, other = 0] = workersOf(server);
    const file = join(server.cwd, 'postern.yaml');
    const written = await readFile(file, 'utf8');
    await writeFile(file, `nonsense: 1\n${written}`);
    process.kill(victim, 'SIGKILL');
    const deaths = () => server.lines().filter(({ msg }) => msg === 'a worker died, another follows');
    await waitFor('three of them to fail', () => deaths().length >= 4);
    t.match(deaths().slice(0, 4), [
      { pid: victim, signal: 'SIGKILL', ms: 100 },
      { exit: 78, ms: 200 },
      { exit: 78, ms: 400 },
      { exit: 78, ms: 800 },
    ]);
    t.match(server.log(), /nonsense: There is no such key/, 'each says why');
    t.same(workersOf(server), [other]);
    t.ok(await isReady(server.url));
    await writeFile(file, written);
    await waitFor('one that starts', () => workersOf(server).length === 2);
    server.signal('SIGTERM');
    t.same(await server.ended, { code: 0, signal: null });
  },
);

t.test(
  "SIGTERM while workers start ends them all, including those that don't handle signals yet",
  async (t) => {
    const stopWhen = async (begun: (server: ServerProcess) => boolean): Promise<void> => {
      const server = await startServerProcess(t, {
        ready: false,
        config: { ...usualConfig, listen: { workers: 3, drain_seconds: 1 } },
      });
      await waitFor('the moment', () => begun(server));
      const since = Date.now();
      server.signal('SIGTERM');
      t.same(await server.ended, { code: 0, signal: null }, server.log());
      t.ok(Date.now() - since < patientMs, `${Date.now() - since} ms`);
      t.notMatch(server.log(), /did not stop in time/);
      await server.close();
    };
    await stopWhen((server) => childrenOf(server.pid).length === 1);
    await stopWhen((server) => server.log().includes('a worker is ready'));
  },
);
