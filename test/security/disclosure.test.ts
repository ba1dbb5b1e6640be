import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { Writable } from 'node:stream';
import t from 'tap';
import { createLogger } from '#src/logger.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import { Browser, basicAuthorization, codeFor, secret, testConfig } from '../support/setup/index.ts';
import { entriesOf } from '../support/stored-entries.ts';
import { startSecurityTest } from './security-test.ts';

/** Characters that move a cursor or end a line. */
const hasControls = (text: string): boolean => Array.from(text).some((char) => char < ' ');

/** Matches Koa as a word: a random key contains the three letters once in forty key sets. */
const inside =
  /node_modules|node:internal|\bat [\w.<>]+ \(|\.ts:\d|\/src\/|TypeError|ReferenceError|SQLITE|ioredis|oidc-provider|(?<![\w-])koa(?!\w)|fastify|undici|ECONN(RE|AB)/i;

t.test('a response reveals nothing internal (CWE-209, CWE-497)', async (t) => {
  const { issuer, server, events } = await startSecurityTest(t);
  const paths = [
    '/',
    '/nothing',
    '/oauth/authorize',
    '/oauth/token',
    '/oauth/device',
    '/oauth/logout',
    '/userinfo',
    '/interaction/x',
    '/interaction/%E0%A4%A',
    '/errors/x',
    '/oauth/authorize/x',
    '/oauth/jwks',
    '/livez',
  ];
  for (const path of paths) {
    for (const accept of ['text/html', 'application/json', '*/*']) {
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(`${issuer}${path}`, { method, headers: { accept }, redirect: 'manual' });
        const text = await answer.text();
        t.notMatch(text, inside, `${method} ${path} as ${accept}`);
        for (const name of ['server', 'x-powered-by', 'via'])
          t.equal(answer.headers.get(name), null, 'nothing names the software');
      }
    }
  }

  // The store throws an unexpected error: its message goes to the log, not into the response.
  const { store } = server;
  const sensible = { read: store.read, commit: store.commit };
  for (const error of [
    new TypeError('read of SQLITE_SECRET at /srv/data/postern.db'),
    new StoreUnavailable('redis://user:pw@10.1.2.3:6379 is away'),
  ]) {
    Object.assign(store, { read: () => Promise.reject(error), commit: () => Promise.reject(error) });
    const requests: readonly (readonly [string, RequestInit])[] = [
      [
        '/oauth/token',
        {
          method: 'POST',
          headers: basicAuthorization('app', secret),
          body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'a'.repeat(43) }),
        },
      ],
      [
        '/oauth/introspect',
        {
          method: 'POST',
          headers: basicAuthorization('app', secret),
          body: new URLSearchParams({ token: 'a'.repeat(43) }),
        },
      ],
      ['/userinfo', { headers: { authorization: `Bearer ${'a'.repeat(43)}` } }],
      [
        `/interaction/${'a'.repeat(43)}`,
        { headers: { accept: 'text/html', cookie: 'postern_interaction=x' } },
      ],
      [
        '/oauth/authorize?client_id=app',
        { headers: { accept: 'text/html', cookie: `postern_session=${'a'.repeat(43)}` } },
      ],
    ];
    for (const [path, init] of requests) {
      const answer = await fetch(`${issuer}${path}`, { ...init, redirect: 'manual' });
      const text = await answer.text();
      t.notMatch(text, inside, `${path} while the store is broken`);
      t.notMatch(text, /10\.1\.2\.3|postern\.db|user:pw|SECRET/);
      if (error instanceof StoreUnavailable && answer.status >= 500) t.equal(answer.status, 503);
    }
  }
  Object.assign(store, sensible);
  t.match(
    events.find(({ type }) => type === 'fault'),
    { outcome: 'failed', reason: 'server_error' },
    'a fault is an event as well',
  );
});

t.test('no private key, secret or hash leaves by any endpoint (CWE-522)', async (t) => {
  const { issuer, server, app } = await startSecurityTest(t);
  const { keys } = await (await fetch(`${issuer}/oauth/jwks`)).json();
  t.ok(keys.length > 0);
  for (const jwk of keys as JsonWebKey[]) {
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
      t.notOk(member in jwk, `${jwk.kty} has no ${member}`);
    t.throws(() => createPrivateKey({ key: jwk, format: 'jwk' }));
  }
  const { code, verifier } = await codeFor(app, new Browser());
  const { body } = await app.redeem(code, verifier);
  const kept = JSON.stringify(await entriesOf(server.store));
  t.ok(kept.length > 1000, 'the whole store was read');
  for (const [name, value] of Object.entries({ code, secret, password: 'correct horse battery', ...body })) {
    if (name === 'scope' || name === 'token_type' || name === 'expires_in') continue;
    t.notOk(kept.includes(String(value)), `${name} is not in the store as it is (RFC 9700 §4.3, CWE-312)`);
  }
  t.notMatch(kept, /"d":"|PRIVATE KEY/, 'private keys are encrypted there');
});

t.test('request data makes at most one log line, without control characters (CWE-117)', async (t) => {
  const lines: string[] = [];
  const to = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLogger(testConfig(['log.level=trace', 'log.format=json']), to);
  const evil = 'x\r\n{"level":60,"msg":"forged"}\u001b[2J\u0000\u2028\u0085';
  log.info({ client: evil, route: evil }, evil);
  log.error({ err: new Error(evil, { cause: new Error(evil) }) }, evil);
  log.info(
    {
      body: { password: 'pw-1', deep: { code: 'code-1' } },
      headers: { authorization: 'Basic pw-2', cookie: 'c=1' },
      query: { id_token_hint: 'hint-1', login_hint: 'hint-2' },
    },
    'x',
  );
  const text = lines.join('');
  t.equal(text.trimEnd().split('\n').length, 3, 'one line each');
  t.notOk(hasControls(text.replaceAll('\n', '')));
  for (const line of text.trimEnd().split('\n')) t.ok(JSON.parse(line).level < 60, 'none of them is forged');
  t.notMatch(text, /pw-1|pw-2|code-1|c=1|hint-1|hint-2/, 'what should not be there is struck out');

  const { issuer, events } = await startSecurityTest(t);
  await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: basicAuthorization('app', 'wrong'),
    body: new URLSearchParams({ grant_type: evil, client_id: 'app' }),
  });
  await fetch(`${issuer}/oauth/authorize?${new URLSearchParams({ client_id: evil })}`);
  for (const event of events) t.ok(JSON.stringify(event).length < 1000, 'events are bounded');
  t.notOk(hasControls(JSON.stringify(events)));
});
