import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { isReady, RelyingParty, startServerProcess, usualConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { isAlive, workersOf } from '../support/workers.ts';

const token = 'the-token-of-the-scraper';

const scrape = async (url: string): Promise<string> => {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`metrics answered ${answer.status}`);
  return answer.text();
};

const sumOf = (text: string, series: RegExp): number =>
  [...text.matchAll(new RegExp(`^${series.source} (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );

const machine = /postern_exchanges_total\{grant="client_credentials",door="engine",outcome="ok",reason=""\}/;

t.test('several workers need a shared store', async (t) => {
  const server = await startServerProcess(t, {
    ready: false,
    config: { listen: { workers: 2 }, store: { url: 'memory:' } },
  });
  t.match(await server.ended, { code: 78 });
  t.match(
    server.log(),
    /listen\.workers: Several processes can not share memory:\. Use sqlite:PATH or redis:\/\/HOST, or one worker\./,
  );
  await server.close();
});

t.test("a first worker that can't start ends the server with the worker's exit code", async (t) => {
  const first = await startServerProcess(t, { config: usualConfig });
  const second = await startServerProcess(t, {
    ready: false,
    config: { listen: { workers: 2, port: first.port } },
  });
  t.match(await second.ended, { code: 4 });
  t.match(
    second.log(),
    /is taken by another program.*\n.*The first worker did not start; its output is above\./,
  );
  await Promise.all([first.close(), second.close()]);
});

t.test('workers share port and store, report common metrics, and are replaced when they die', async (t) => {
  const server = await startServerProcess(t, {
    config: { ...usualConfig, demo: true, listen: { workers: 2 }, metrics: { enabled: true, token } },
  });
  const party = new RelyingParty(server.url);
  await waitFor('both workers', () => workersOf(server).length === 2);

  const ask = async (): Promise<void> => {
    const agent = await party.post(
      '/oauth/token',
      { grant_type: 'client_credentials' },
      { connection: 'close' },
    );
    if (agent.status !== 200) throw new Error(`answered ${agent.status}`);
  };
  for (let n = 0; n < 20; n += 1) await ask();
  t.equal(sumOf(await scrape(server.url), machine), 20, 'whichever worker was asked');
  t.equal(sumOf(await scrape(server.url), machine), 20);
  t.equal(server.log().match(/Postern is listening/g)?.length, 1, 'one greeting');
  t.equal(server.log().match(/Made for you/g)?.length, 1, 'with the one demo');

  const [victim = 0, other = 0] = workersOf(server);
  process.kill(victim, 'SIGKILL');
  await waitFor('another worker', () => workersOf(server).filter((pid) => pid !== victim).length === 2);
  t.ok(workersOf(server).includes(other), 'the other one went on');
  t.match(
    server.lines().find(({ msg }) => msg === 'a worker died, another follows'),
    { pid: victim, signal: 'SIGKILL', ms: 100, level: 50 },
  );
  for (let n = 0; n < 10; n += 1) await ask();
  t.equal(server.log().match(/Postern is listening/g)?.length, 1, 'still one greeting');

  const [drained = 0] = workersOf(server).filter((pid) => pid === other);
  const before = sumOf(await scrape(server.url), machine);
  process.kill(drained, 'SIGTERM');
  await waitFor('its successor', async () => {
    const now = workersOf(server);
    return now.length === 2 && !now.includes(drained) && (await isReady(server.url));
  });
  t.ok(sumOf(await scrape(server.url), machine) >= before, 'what one that left in peace had counted stays');

  const family = workersOf(server);
  server.signal('SIGTERM');
  t.same(await server.ended, { code: 0, signal: null });
  t.same(family.filter(isAlive), [], 'no worker is left');
});

t.test('a worker that could not be started is tried again, and the others go on', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-node-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, 'node');
  await copyFile(process.execPath, program);
  const server = await startServerProcess(t, {
    program,
    config: { ...usualConfig, listen: { workers: 2 } },
  });
  await waitFor('both workers', () => workersOf(server).length === 2);
  // As when the system allows no further process: the attempt fails, and Node emits no `exit` for it.
  await rename(program, join(folder, 'away'));
  const [victim = 0] = workersOf(server);
  process.kill(victim, 'SIGKILL');
  const deaths = () => server.lines().filter(({ msg }) => msg === 'a worker died, another follows');
  await waitFor('two attempts', () => deaths().length > 2);
  t.match(deaths()[1], { err: { message: /ENOENT/ }, level: 50 });
  t.equal(await isReady(server.url), true, 'the other worker answers');
  await rename(join(folder, 'away'), program);
  await waitFor('another worker', () => workersOf(server).length === 2);
  await server.stop();
  t.match(await server.ended, { code: 0 }, 'and it ends as usual');
});

t.test('no connection is left open by a worker that is killed before it takes it', async (t) => {
  const server = await startServerProcess(t, { config: { ...usualConfig, listen: { workers: 2 } } });
  await waitFor('both workers', () => workersOf(server).length === 2);
  const [victim = 0] = workersOf(server);
  process.kill(victim, 'SIGSTOP');
  const connections = Array.from({ length: 6 }, () => {
    const socket = connect(server.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => {});
    socket.write(`GET /livez HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`);
    return { isAnswered: () => received.startsWith('HTTP/1.1 200'), isClosed: () => socket.closed };
  });
  const waiting = () => connections.filter(({ isClosed }) => !isClosed());
  await waitFor('the other worker to answer the others', () => waiting().length <= 1);
  t.equal(waiting().length, 1, 'the worker that stands still was handed one');
  process.kill(victim, 'SIGKILL');
  await waitFor('it to be closed', () => waiting().length === 0);
  t.equal(connections.filter(({ isAnswered }) => isAnswered()).length, 5);
  await server.close();
});

t.test('a signal to the process group, as a terminal or supervisor sends it, drains once', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const server = await startServerProcess(t, {
      config: { ...usualConfig, listen: { workers: 2, drain_seconds: 1 } },
    });
    await waitFor('both workers', () => workersOf(server).length === 2);
    const family = workersOf(server);
    for (const pid of [...family, server.pid]) process.kill(pid, signal);
    t.same(await server.ended, { code: 0, signal: null });
    t.same(family.filter(isAlive), []);
    t.notOk(
      server.lines().some(({ level }) => Number(level) >= 50),
      server.log(),
    );
    await server.close();
  }
});
