import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { onRequestEnd } from '#src/http/request-end.ts';
import {
  basicAuthorization,
  startInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const token = 'the-token-of-the-scraper';

t.test('a request whose caller disconnects is logged and counted as 499', async (t) => {
  const server = await startServerProcess(t, {
    config: { ...usualConfig, metrics: { enabled: true, token } },
  });

  /** Sends a request, or its first bytes, and closes the connection. */
  const hangUp = async (path: string, body: string, sent = body): Promise<void> => {
    const socket = connect(server.port, '127.0.0.1');
    const head = [
      `POST ${path} HTTP/1.1`,
      `host: localhost:${server.port}`,
      `authorization: ${basicAuthorization('app').authorization}`,
      `content-type: ${path.startsWith('/api') ? 'application/json' : 'application/x-www-form-urlencoded'}`,
      `content-length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${sent}`);
    await once(socket, 'connect');
    await sleep(100);
    socket.destroy();
  };
  await hangUp('/oauth/token', 'grant_type=client_credentials', 'grant_type=client');
  await hangUp('/api/v1/tokens', '{"authorization_code":"x"}', '{"authorization');

  const linesOf = (route: string) => server.lines().filter((line) => line['route'] === route);
  for (const route of ['/oauth/token', '/api/v1/tokens']) {
    await waitFor(`a line for ${route}`, () => linesOf(route).length > 0);
    t.match(linesOf(route), [{ msg: 'request', method: 'POST', status: 499, correlation: /^[\w-]{12}$/ }]);
  }
  t.equal(
    server
      .log()
      .split('\n')
      .filter((line) => /^\s*(at |Error)/.test(line)).length,
    0,
    'nothing but lines of JSON',
  );
  t.notOk(
    server.lines().some(({ level }) => Number(level) >= 40),
    'and no fault of the server',
  );
  const scraped = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const counted = [
    ...(await scraped.text()).matchAll(/^postern_http_requests_total.*status="499".* (\d+)$/gm),
  ];
  t.same(
    counted.map(([, count]) => count),
    ['1', '1'],
  );
});

t.test('pipelined responses end with their connection, each once', async (t) => {
  const server = Fastify();
  t.teardown(() => server.close());
  const ended: string[] = [];
  onRequestEnd(server, ({ url }, status) => ended.push(`${url} ${status}`));
  let open = 0;
  server.server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  let begun = 0;
  let turn = Promise.withResolvers<void>();
  server.get('/slow', () => turn.promise);
  server.get('/quick', async () => {
    begun += 1;
    return '';
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  // Fastify listens on TCP, so the address has a port.
  const { port } = server.server.address() as AddressInfo;
  const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const quick = 30;

  /** Sends a request that is answered late, and pipelines others behind it. */
  const pipeline = async (behind = '') => {
    [begun, ended.length, turn] = [0, 0, Promise.withResolvers<void>()];
    const socket = connect(port, '127.0.0.1');
    socket.write(ask('/slow') + ask('/quick').repeat(quick) + behind);
    await waitFor('all of them to begin', () => begun === quick);
    return socket;
  };

  const broken = await pipeline();
  broken.destroy();
  await waitFor('all of them to end', () => ended.length > quick);
  t.same(new Set(ended), new Set(['/slow 499', '/quick 499']));
  turn.resolve();

  const tunnel = await pipeline('CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n');
  tunnel.on('error', () => {});
  await waitFor('all of them to end, though a tunnel was asked for', () => ended.length > quick);
  t.same(new Set(ended), new Set(['/slow 499', '/quick 499']));
  turn.resolve();

  const patient = await pipeline();
  patient.resume();
  turn.resolve();
  await waitFor('all of them to be answered', () => ended.length > quick);
  patient.destroy();
  await waitFor('the server to notice', () => open === 0);
  t.equal(ended.length, quick + 1);
  t.same(new Set(ended), new Set(['/slow 200', '/quick 200']));
});

t.test('a request refused before routing is logged and counted as well', async (t) => {
  const server = await startServerProcess(t, {
    config: { ...usualConfig, metrics: { enabled: true, token } },
  });
  const headers = { 'content-encoding': 'gzip' };
  await fetch(`${server.url}/oauth/token`, { method: 'POST', body: 'x', headers });
  await fetch(`${server.url}/%zz`);
  const scraped = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await scraped.text();
  t.match(text, /^postern_http_requests_total\{method="POST",route="\/oauth\/token",status="415"\} 1$/m);
  t.match(text, /^postern_http_requests_total\{method="GET",route="unknown",status="400"\} 1$/m);
  const linesOf = () => server.lines().filter(({ route, status }) => route === 'unknown' && status === 400);
  await waitFor('its line', () => linesOf().length > 0);
  t.match(linesOf(), [{ msg: 'request', method: 'GET', correlation: /^[\w-]{12}$/ }]);
});

t.test('a connection that closes before it is accepted counts as no request (CWE-754)', async (t) => {
  const postern = await startInProcess(t, usualConfig);
  const events: SecurityEvent[] = [];
  postern.app.events.listen((event) => events.push(event));
  const { host, port } = new URL(postern.issuer);
  const bytes = `POST /oauth/token HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 29\r\n\r\ngrant`;
  const script = `const socket = require('node:net').connect(${port}, '127.0.0.1', () =>
    socket.write(${JSON.stringify(bytes)}, () => socket.resetAndDestroy()))`;
  // This process is blocked meanwhile, so the connection is reset before it is accepted.
  t.equal(spawnSync(process.execPath, ['-e', script], { env: {} }).status, 0);
  t.equal((await fetch(`${postern.issuer}/livez`)).status, 200);
  t.same(events, []);
});
