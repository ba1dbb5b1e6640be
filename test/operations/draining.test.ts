import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import {
  basicAuthorization,
  type ServerProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

/** The documented limit for shutting down. */
const overWithinMs = 20_000;
const form = { 'content-type': 'application/x-www-form-urlencoded', ...basicAuthorization('app') };
const ask = 'grant_type=client_credentials';

interface Told {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

/** Sends one request on a connection of this agent. */
const onAgent = (agent: Agent, port: number, path = '/oauth/token'): Promise<Told> =>
  new Promise((resolve, reject) => {
    const post = path === '/oauth/token';
    const sent = request(
      { agent, port, path, method: post ? 'POST' : 'GET', headers: post ? form : {} },
      (answer) => {
        answer.resume();
        answer.once('end', () =>
          resolve({ status: answer.statusCode, connection: answer.headers.connection }),
        );
        answer.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(post ? ask : undefined);
  });

const endOf = async (server: ServerProcess, since: number) => {
  const ended = await server.ended;
  return { ...ended, quick: Date.now() - since < overWithinMs };
};

t.test(
  'SIGTERM: /readyz turns 503, requests are still answered, and those in flight are finished',
  async (t) => {
    const server = await startServerProcess(t, { config: { ...usualConfig, listen: { drain_seconds: 4 } } });
    const { port } = server;

    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const idle = new Agent({ keepAlive: true, maxSockets: 1 });
    t.match(await onAgent(kept, port), { status: 200, connection: 'keep-alive' });
    t.match(await onAgent(idle, port, '/oauth/jwks'), { status: 200, connection: 'keep-alive' });
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => {});
    const half = (path: string, type: string, body: string) => {
      const socket = connect(port, '127.0.0.1');
      const head = [
        `POST ${path} HTTP/1.1`,
        `host: localhost:${port}`,
        `authorization: ${form.authorization}`,
        `content-type: ${type}`,
        `content-length: ${body.length}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`);
      return socket;
    };
    const slow = half('/oauth/token', form['content-type'], ask);
    const json = '{"authorization_code":""}';
    const slowElsewhere = half('/api/v1/tokens', 'application/json', json);
    await once(silent, 'connect');
    await sleep(100);

    const since = Date.now();
    server.signal('SIGTERM');
    await waitFor('readiness to turn', async () => (await fetch(`${server.url}/readyz`)).status === 503);
    const recorded = await fetch(`${server.url}/readyz`);
    t.match(await recorded.json(), {
      status: 'unavailable',
      checks: [{ name: 'store' }, { name: 'keys' }, { name: 'draining', ok: false }],
    });
    t.equal((await fetch(`${server.url}/livez`)).status, 200, 'alive all the while');
    t.match(
      await onAgent(kept, port),
      { status: 200, connection: 'close' },
      'a kept connection has its last answer',
    );
    t.match(
      await onAgent(new Agent(), port),
      { status: 200, connection: 'close' },
      'and a new one its only one',
    );
    t.match(
      await onAgent(new Agent(), port, '/oauth/jwks'),
      { status: 200, connection: 'close' },
      'at every endpoint',
    );

    await waitFor('the port to close', () =>
      onAgent(new Agent(), port, '/livez').then(
        () => false,
        (error) => error.code === 'ECONNREFUSED',
      ),
    );
    slowElsewhere.write(json.slice(10));
    t.match(await text(slowElsewhere), /^HTTP\/1\.1 400 .*^connection: close\r$/ims);
    const exited = server.ended.then(() => 'exited');
    t.equal(await Promise.race([exited, sleep(300, 'waits')]), 'waits', 'for the one that is under way');
    slow.write(ask.slice(10));
    const answer = await text(slow);
    t.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    t.match(answer, /"access_token":/);
    t.match(answer, /^connection: close\r$/im, 'the last on its connection, though it was under way before');
    t.same(await endOf(server, since), { code: 0, signal: null, quick: true });
    t.notOk(
      server.lines().some(({ level }) => Number(level) >= 50),
      'without an error in the log',
    );
    for (const agent of [kept, idle]) agent.destroy();
  },
);

t.test(
  'shutting down can be hurried: SIGINT skips the grace period, and a second signal ends it',
  async (t) => {
    const hurried = async (...signals: NodeJS.Signals[]): Promise<void> => {
      const server = await startServerProcess(t, {
        config: { ...usualConfig, listen: { drain_seconds: 15 } },
      });
      const since = Date.now();
      for (const signal of signals) {
        server.signal(signal);
        await sleep(200);
      }
      const { code } = await server.ended;
      t.equal(code, 0, signals.join(', '));
      t.ok(Date.now() - since < 12_000, 'long before the fifteen seconds');
      await server.close();
    };
    await Promise.all([hurried('SIGINT'), hurried('SIGTERM', 'SIGINT'), hurried('SIGTERM', 'SIGTERM')]);
  },
);

t.test('SIGTERM during the start ends the server once it has started, without a grace period', async (t) => {
  const server = await startServerProcess(t, {
    ready: false,
    config: { ...usualConfig, listen: { drain_seconds: 15 } },
  });
  await waitFor('the store to be opened', () => existsSync(join(server.cwd, 'store.db')));
  const since = Date.now();
  server.signal('SIGTERM');
  t.same(await server.ended, { code: 0, signal: null }, server.log());
  t.ok(Date.now() - since < 12_000, 'long before the fifteen seconds');
  t.notMatch(server.log(), /is listening/);
});

t.test('under load every request sent is answered', async (t) => {
  const server = await startServerProcess(t, { config: { ...usualConfig, listen: { drain_seconds: 2 } } });
  const answered: (number | undefined)[] = [];
  const lost: unknown[] = [];
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      try {
        const { status, connection } = await onAgent(agent, server.port);
        answered.push(status);
        if (connection === 'close') break;
      } catch (error) {
        lost.push(error);
        break;
      }
    }
    agent.destroy();
  };
  const clients = Array.from({ length: 16 }, client);
  await waitFor('some load', () => answered.length > 200);
  const since = Date.now();
  server.signal('SIGTERM');
  await Promise.all(clients);
  t.same(await endOf(server, since), { code: 0, signal: null, quick: true });
  t.same(lost, []);
  assertEach(t, answered, (status) => status === 200, `${answered.length} answers`);
});
