import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { createCounter } from '#src/services/rate-limits/counter.ts';
import { createReadThroughCache } from '#src/store/read-through-cache.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { basicAuthorization, secret } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { startSecurityTest } from './security-test.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const heap = async (): Promise<number> => {
  for (let i = 0; i < 2; i++) {
    collect();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
};

t.test('made-up values are not kept in memory (CWE-770, CWE-401)', async (t) => {
  const { issuer, events } = await startSecurityTest(t);
  const form = (path: string, body: Readonly<Record<string, string>>, headers = {}) =>
    fetch(`${issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers,
      redirect: 'manual',
    });
  const query = (path: string, parameters: Readonly<Record<string, string>>, headers = {}) =>
    fetch(`${issuer}${path}?${new URLSearchParams(parameters)}`, { headers, redirect: 'manual' });
  const own = basicAuthorization('app', secret);
  /** Each request has a value that was never sent before. */
  const asks: Readonly<Record<string, (mark: string) => Promise<Response>>> = {
    'unknown clients': (mark) =>
      form('/oauth/token', { grant_type: 'client_credentials' }, basicAuthorization(mark, 'x')),
    'unknown clients of a page': (mark) => query('/oauth/authorize', { client_id: mark }),
    scopes: (mark) => form('/oauth/token', { grant_type: 'client_credentials', scope: mark }, own),
    resources: (mark) =>
      form('/oauth/token', { grant_type: 'client_credentials', resource: `https://${mark}.example` }, own),
    languages: (mark) =>
      fetch(`${issuer}/?lang=${mark}`, {
        headers: { 'accept-language': mark, cookie: `postern_lang=${mark}` },
      }),
    errors: (mark) => fetch(`${issuer}/errors/${mark}`),
    paths: (mark) => fetch(`${issuer}/${mark}`),
    tokens: (mark) => form('/oauth/introspect', { token: mark }, own),
    'user agents': (mark) =>
      fetch(`${issuer}/livez`, { headers: { 'user-agent': mark, [`x-${mark}`]: mark } }),
    proofs: (mark) =>
      form('/oauth/token', { grant_type: 'client_credentials' }, { ...own, dpop: `${mark}.${mark}.${mark}` }),
    assertions: (mark) =>
      form('/oauth/token', {
        grant_type: 'client_credentials',
        client_assertion: `${mark}.e30.x`,
        client_assertion_type: 'x',
      }),
  };
  const flood = async (ask: (mark: string) => Promise<Response>, count: number): Promise<void> => {
    for (let done = 0; done < count; done += 20) {
      const marks = Array.from({ length: 20 }, () => randomBytes(12).toString('hex').replace(/^\d/, 'a'));
      const answers = await Promise.all(marks.map(ask));
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    }
  };
  for (const ask of Object.values(asks)) await flood(ask, 40);
  for (const [name, ask] of Object.entries(asks)) {
    events.length = 0;
    const before = await heap();
    await flood(ask, 100);
    events.length = 0;
    const grown = (await heap()) - before;
    // A retained request holds ten kilobytes or more.
    t.ok(grown / 100 < 5000, `${name}: ${Math.round(grown / 100)} bytes each`);
  }
});

t.test('a body takes memory for its size, in however many pieces it arrives (CWE-770)', async (t) => {
  const { issuer, host, server: postern } = await startSecurityTest(t, { registration: { enabled: true } });
  const accepted: Socket[] = [];
  postern.app.server.server.on('connection', (socket) => accepted.push(socket));
  const form = 'application/x-www-form-urlencoded';
  const endpoints = {
    '/oauth/token': form,
    '/oauth/authorize': form,
    '/interaction/x': form,
    '/oauth/register': 'application/json',
    '/api/v1/tokens': 'application/json',
  };
  /** One byte per piece, chunked or with a length. */
  const ways = {
    chunks: { framing: 'Transfer-Encoding: chunked', packets: ['1\r\nx\r\n'.repeat(16_000)] },
    packets: { framing: 'Content-Length: 16000', packets: Array.from({ length: 1_500 }, () => 'x') },
  };
  for (const [path, type] of Object.entries(endpoints)) {
    for (const [way, { framing, packets }] of Object.entries(ways)) {
      accepted.length = 0;
      const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n`;
      const before = await heap();
      const callers = Array.from({ length: 4 }, () =>
        connect({ port: Number(new URL(issuer).port), host: '127.0.0.1', noDelay: true }),
      );
      for (const packet of [head, ...packets]) {
        for (const caller of callers) caller.write(packet);
        await setImmediate();
      }
      const sent = head.length + packets.join('').length;
      const read = () => accepted.filter(({ bytesRead }) => bytesRead === sent).length;
      await waitFor('all of it to be read', () => read() === callers.length);
      const each = ((await heap()) - before) / callers.length;
      for (const caller of callers) caller.destroy();
      t.ok(each < 200_000, `${path} in ${way}: ${Math.round(each)} bytes each`);
      await waitFor('the server to notice', () => accepted.every(({ closed }) => closed));
    }
  }
});

t.test('caches are bounded', async (t) => {
  const clock = createManualClock();
  let loads = 0;
  const copies = createReadThroughCache<string>({
    load: async (id) => {
      loads += 1;
      return id.startsWith('known') ? id : undefined;
    },
    clock,
    maxEntries: 100,
    maxAgeMs: 1000,
  });
  for (let i = 0; i < 1000; i++) await copies.get(`known-${i}`);
  loads = 0;
  for (let i = 900; i < 1000; i++) await copies.get(`known-${i}`);
  t.equal(loads, 0, 'the last hundred are there');
  await copies.get('known-0');
  t.equal(loads, 1, 'the first are not');
  for (let i = 0; i < 1000; i++) await copies.get(`unknown-${i}`);
  loads = 0;
  await copies.get('known-999');
  t.equal(loads, 0, 'guesses drive nothing out');

  const { store } = await openCountingStore(clock);
  t.teardown(() => store.close());
  const counter = createCounter({ store, clock });
  t.teardown(() => counter.stop());
  const before = await heap();
  for (let i = 0; i < 60_000; i++) counter.take([{ name: `token 2001:db8:${i}::/64`, limit: 6000 }]);
  const grown = (await heap()) - before;
  t.ok(grown < 20_000_000, `counting 60,000 addresses takes ${Math.round(grown / 1e6)} MB`);
  clock.advance(60_000);
  counter.take([{ name: 'token x', limit: 6000 }]);
  t.ok((await heap()) - before < 5_000_000, 'and nothing a minute later');
});
