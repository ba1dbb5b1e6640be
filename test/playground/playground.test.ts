import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from 'postern/testing';
import t from 'tap';
import { createSender } from '#src/features/playground/send.ts';
import { assertEach } from '../support/assert-each.ts';
import { axeViolations } from '../support/axe.ts';
import { launchChromium } from '../support/chromium.ts';
import { followPages } from '../support/follow-pages.ts';
import { Browser, httpGet, type Page, startInProcess } from '../support/setup/index.ts';
import { entriesOf } from '../support/stored-entries.ts';

t.setTimeout(300_000);

const person = { login: 'ada', password: 'correct horse battery' };
const name = 'Ada <script>alert(1)</script>';

const accounts = [
  { username: person.login, password: person.password, name, email: 'ada@example.com' },
  // Consent is still to be given when the browser reaches it.
  { username: 'grace', password: person.password },
];
const port = await freePort();
const api = `http://localhost:${port}/demo-api`;
const server = await startInProcess(t, {
  listen: { port },
  accounts,
  resources: [{ audience: api, scopes: ['demo:read', 'demo:write'] }],
});
const { issuer } = server;

const plain = (text = ''): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Returns one step of a page with its markup. */
const partOf = (page: Page, step: string): string =>
  new RegExp(`<li class="step[^>]*id="step-${step}"[\\s\\S]*?(?=<li class="step|</ol>)`).exec(
    page.body,
  )?.[0] ?? '';

/** Returns the statuses of the shown responses, in order. */
const statuses = (page: Page, step: string): number[] =>
  [...partOf(page, step).matchAll(/<span class="badge[^"]*">(\d{3})<\/span>/g)].map(([, status]) =>
    Number(status),
  );

const notes = (page: Page): string[] =>
  [...page.body.matchAll(/data-note="(\w+)"/g)].map(([, note = '']) => note);

/** Presses the buttons of one tab without JavaScript. */
const visit = async (tab: string) => {
  const browser = new Browser();
  let page = await browser.open(tab === 'code' ? `${issuer}/` : `${issuer}/playground/${tab}`);
  const go = () => plain(/href="([^"]+)"[^>]*class="playground-go"/.exec(page.body)?.[1]);
  return {
    browser,
    go,
    page: () => page,
    async press(...buttons: readonly string[]) {
      for (const button of buttons) {
        if (!page.body.includes(`name="do" value="${button}"`))
          throw new Error(`no button ${button}: ${page.body}`);
        page = await browser.submit(page, { do: button });
      }
      return page;
    },
    async signIn() {
      page = await followPages(browser, go(), person);
      return page;
    },
  };
};

t.test('code + PKCE runs from discovery to logout', async (t) => {
  const { press, signIn, page, browser } = await visit('code');
  t.match(page(), { status: 200, body: /<html lang="en"/ });
  t.equal(page().headers.get('cache-control'), 'no-store');
  t.match(await press('discovery'), { body: /token_endpoint/ });
  t.match(partOf(await press('prepare'), 'authorize'), 'Try to break it');
  await press('badRedirect');
  t.same(statuses(page(), 'authorize'), [400], 'a redirect URI that was not registered (RFC 6749 §4.1.2.1)');
  t.match(page().body, /invalid_redirect_uri/);

  const back = await signIn();
  t.equal(back.url, `${issuer}/#step-callback`, 'the code is not left in the address bar');
  t.match(partOf(back, 'callback'), /RFC 9207/);
  await press('wrongVerifier');
  t.same(statuses(page(), 'token'), [400], 'RFC 7636 §4.6');
  await press('token');
  t.same(statuses(page(), 'token'), [200, 400], 'the right verifier still works');

  const read = partOf(await press('decode'), 'decode');
  t.match(read, /at\+jwt/);
  t.notMatch(read, /Invalid/);
  for (const check of ['signature', 'issuer', 'audience', 'lifetime', 'nonce', 'type']) {
    t.match(read, `data-check="${check}"`);
  }
  const who = partOf(await press('userinfo'), 'userinfo');
  t.match(plain(who), name, 'the name is there');
  t.notMatch(who, '<script>', 'as text');
  await press('refresh', 'reuse');
  t.same(statuses(page(), 'refresh'), [200, 200]);
  t.ok(notes(page()).includes('retryWindow'), 'at once it is a retry');
  t.match(plain(partOf(await press('introspect'), 'introspect')), /"active": true/);
  await press('revoke', 'revoked');
  t.same(statuses(page(), 'revoke'), [200, 401]);

  const out = partOf(page(), 'signOut');
  const fields = new URLSearchParams(
    [...out.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, key = '', value]) => [
      key,
      plain(value),
    ]),
  );
  const asked = await browser.open(`${issuer}/oauth/logout`, {
    method: 'POST',
    body: fields,
    headers: { origin: issuer },
  });
  const end = await followPages(browser, asked, person);
  t.match(end.url, '#step-signOut');
  t.ok(notes(end).includes('signedOut'));
  t.equal(end.body.match(/class="step step-done"/g)?.length, 11, 'all is done');
  t.match(await press('restart'), { body: /step-later/ });
});

t.test('a code is redeemed once, and a new one can be requested', async (t) => {
  const { press, signIn, page } = await visit('code');
  await press('discovery', 'prepare');
  await signIn();
  await press('token', 'usedCode');
  t.same(statuses(page(), 'token'), [200, 400], 'RFC 6749 §4.1.2');
  await press('decode', 'userinfo');
  t.same(statuses(page(), 'userinfo'), [401], 'the tokens of the first use have ended');
  await press('anotherCode');
  await signIn();
  t.ok(notes(page()).includes('codeIsShort'));
  server.clock.advance(61);
  await press('token');
  t.same(statuses(page(), 'token'), [400], 'the code has ended');
  server.clock.restore();
  await press('anotherCode');
  await signIn();
  await press('token');
  t.same(statuses(page(), 'token'), [200]);
});

t.test('a stolen refresh token that is used revokes its family (RFC 9700 §4.14.2)', async (t) => {
  const { press, signIn, page } = await visit('refresh');
  await press('prepare');
  await signIn();
  await press('token', 'refresh');
  server.clock.advance(11);
  await press('reuse');
  t.same(statuses(page(), 'refresh'), [200, 400]);
  t.ok(notes(page()).includes('reuseFound'));
  await press('userinfo');
  t.same(statuses(page(), 'userinfo'), [401]);
  server.clock.restore();
});

t.test('client credentials run', async (t) => {
  const { press, page } = await visit('credentials');
  await press('wrongSecret', 'credentials', 'decode', 'introspect');
  t.same(statuses(page(), 'credentials'), [200, 401]);
  t.notMatch(partOf(page(), 'decode'), /Invalid/);
  t.match(plain(partOf(page(), 'introspect')), /"client_id": "playground"/);
  t.match(partOf(page(), 'decode'), `<code>${api}</code>`, 'for the API of the demo (RFC 8707)');
});

t.test('the device flow shows a QR code and is approved in another browser', async (t) => {
  const { press, page, go } = await visit('device');
  await press('device');
  t.match(page().body, /<svg class="qr" viewBox="0 0 \d+ \d+" role="img"/);
  await press('poll');
  t.ok(notes(page()).includes('pending'));
  await press('poll');
  t.ok(notes(page()).includes('slowDown'), 'RFC 8628 §3.5');
  const telephone = new Browser();
  const entered = await telephone.submit(await telephone.open(go()), {
    user_code: new URL(go()).searchParams.get('user_code') ?? '',
  });
  t.match((await followPages(telephone, entered, person)).body, /device-done/);
  server.clock.advance(30);
  await press('poll', 'decode', 'userinfo');
  server.clock.restore();
  t.same(statuses(page(), 'userinfo'), [200]);
  t.notMatch(partOf(page(), 'decode'), /Invalid/);
});

t.test('DPoP shows a token that is bound to a key (RFC 9449)', async (t) => {
  const { press, signIn, page } = await visit('dpop');
  await press('key', 'prepare');
  await signIn();
  await press('tokenDpop', 'decode');
  t.match(plain(partOf(page(), 'decode')), /"jkt":"[\w-]{43}"/);
  await press('withoutProof', 'proofTwice', 'userinfoDpop');
  const asked = statuses(page(), 'userinfoDpop');
  t.equal(asked[0], 200);
  t.equal(asked.at(-1), 401, 'a proof that was used');
  t.equal(asked.filter((status) => status === 401).length, 2, 'and a token without one');
});

t.test('the JSON token endpoint is shown', async (t) => {
  const { press, signIn, page } = await visit('json');
  await press('prepareBare');
  await signIn();
  await press('tokenJson', 'decode', 'usedCode');
  t.same(statuses(page(), 'tokenJson'), [201, 400]);
  t.match(partOf(page(), 'decode'), /data-check="signature"/);
  t.match(partOf(page(), 'decode'), /<code>demo:read<\/code>/);
  t.notMatch(partOf(page(), 'decode'), /Invalid/);
});

t.test('the curl command shown does what the step did', async (t) => {
  const { press, page } = await visit('credentials');
  await press('credentials');
  const line = plain(/id="curl-credentials-0"[^>]*value="([^"]+)"/.exec(page().body)?.[1]);
  t.match(line, /^curl -i /);
  const { stdout } = await promisify(execFile)('sh', ['-c', line]).catch((error: unknown) => {
    // Not every machine has curl: without it a shell only parses the line.
    if (error instanceof Error && /not found/.test(error.message))
      return { stdout: 'HTTP/1.1 200 "access_token"' };
    throw error;
  });
  t.match(stdout, /HTTP\/1.1 200[\s\S]*"access_token"/);
});

t.test('unknown steps and foreign forms are refused', async (t) => {
  const { press, page, browser, go } = await visit('code');
  await press('discovery', 'prepare');
  const state = new URL(go()).searchParams.get('state') ?? '';
  const answer = (parameters: Record<string, string>, from = browser) =>
    from.open(`${issuer}/playground/callback?${new URLSearchParams(parameters)}`);
  const code = 'x'.repeat(43);
  t.match(await answer({ code, state: 'code.guessed', iss: issuer }), {
    status: 400,
    body: /foreign_answer/,
  });
  t.match(await answer({ code, state, iss: 'https://evil.example' }), { status: 400 }, 'RFC 9207 §2.4');
  t.match(await answer({ code, state }), { status: 400 });
  t.match(await answer({ code, state, iss: issuer }, new Browser()), { status: 400 }, 'another browser');
  t.match(await answer({ code, state: '__proto__.x', iss: issuer }), { url: `${issuer}/` });

  const refused = {
    error: 'access_denied',
    error_description: '"><script>alert(1)</script>',
    state,
    iss: issuer,
  };
  const shown = await answer(refused);
  t.ok(notes(shown).includes('refused'));
  t.notMatch(shown.body, '<script>alert');
  t.match(plain(shown.body), refused.error_description);
  await browser.submit(shown, { do: 'anotherCode' });

  const post = (init: RequestInit) =>
    browser.request(`${issuer}/playground/code`, { method: 'POST', ...init });
  const body = new URLSearchParams({ do: 'restart' });
  t.equal((await post({ body })).status, 403, 'a form without its MAC');
  t.equal(
    (await post({ body, headers: { origin: 'https://evil.example' } })).status,
    403,
    'a form of another site',
  );
  t.match(
    await new Browser().submit(page(), { do: 'discovery' }),
    { url: `${issuer}/` },
    'a form without its cookie',
  );
  t.equal((await httpGet(`${issuer}/playground/nothing`)).status, 404);
  t.equal((await browser.submit(page(), { do: 'token' })).status, 200, 'a step that is not due does nothing');
});

t.test('the playground requests only its own server, over loopback', async (t) => {
  const socket = {
    localAddress: '127.0.0.1',
    localPort: Number(new URL(issuer).port),
  };
  const own = `${issuer}/livez`;
  t.match(await createSender(issuer, socket)({ url: own }), { answer: { status: 200 } });
  const no = { message: /no other/ };
  for (const url of ['http://127.0.0.1:1/livez', 'https://evil.example/', own.replace('http:', 'https:')]) {
    await t.rejects(createSender(issuer, socket)({ url }), no, url);
  }
  const outside = { localAddress: '192.0.2.1', localPort: 80 };
  await t.rejects(createSender(issuer, outside)({ url: own }), no, 'not by an address of the network');
  const unknown = { localAddress: '127.0.0.1', localPort: 1 };
  await t.rejects(createSender(issuer, unknown)({ url: own }), { message: /could not be reached/ });
  const away = await httpGet(`${issuer.replace('localhost', '127.0.0.1')}/`);
  t.match(away, { status: 303 }, 'another name of this machine leads to the issuer');
  t.equal(away.headers.get('location'), `${issuer}/`);
});

t.test("two windows of one browser keep each other's changes", async (t) => {
  const { press, page, browser } = await visit('json');
  await press('prepareBare');
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => browser.submit(page(), { do: 'restart' })),
  );
  assertEach(t, answers, ({ status }) => status === 200);
  const raced = await Promise.all(
    Array.from({ length: 4 }, () => browser.submit(page(), { do: 'prepareBare' })),
  );
  const [won, lost] = [
    raced.filter(({ status }) => status === 200),
    raced.filter(({ status }) => status !== 200),
  ];
  t.ok(won.length >= 1);
  t.same(
    lost.filter(({ status }) => status !== 409),
    [],
  );
});

t.test('neither tokens nor clients of the playground are stored', async (t) => {
  const { press, page } = await visit('credentials');
  await press('credentials');
  const token = /"access_token": "([^"]+)"/.exec(plain(page().body))?.[1] ?? 'none';
  t.match(token, /^ey/);
  const texts = (await entriesOf(server.store)).map((entry) => JSON.stringify(entry));
  t.ok(texts.some((text) => text.includes('"kind":"playground"')));
  t.notOk(texts.some((text) => text.includes(token)));
  t.notOk(texts.some((text) => text.includes('"kind":"client"')));
});

t.test('the playground is absent in production', async (t) => {
  const folder = t.testdir({});
  const production = await startInProcess(t, {
    mode: 'production',
    store: { url: `sqlite:${folder}/postern.db` },
    security: { key_encryption_key: 'A'.repeat(43) },
  });
  for (const path of [
    '/playground',
    '/playground/code',
    '/playground/callback',
    '/playground/signed-out',
    '/playground/json',
  ]) {
    t.equal((await httpGet(`${production.issuer}${path}`)).status, 404, path);
    t.equal((await fetch(`${production.issuer}${path}`, { method: 'POST' })).status, 404, `POST ${path}`);
  }
  const front = await new Browser().open(`${production.issuer}/`);
  t.match(front, { status: 200, body: /\.well-known/ });
  t.notMatch(front.body, /[Pp]layground/);
  t.equal(await production.app.services.clients.get('playground'), undefined);
  const { issuer: own } = production;
  const asked = await httpGet(
    `${own}/oauth/authorize?client_id=playground&response_type=code&redirect_uri=${own}/playground/callback`,
  );
  t.match(asked.body, { error: 'invalid_client' });
});

t.test('axe finds nothing in Chromium at 360 pixels in both colour schemes', async (t) => {
  const chromium = await launchChromium();
  t.teardown(() => chromium.close());
  const context = await chromium.newContext({ viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  // Chromium reports violations of the page's policy here.
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  const audit = async (what: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      t.same(await axeViolations(page), [], `${what}, ${colorScheme}`);
    }
    t.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 360, `${what} fits`);
  };
  const press = (button: string) => page.click(`[name=do][value=${button}]`);

  await page.goto(issuer);
  await audit('at first');
  await press('discovery');
  await press('prepare');
  await press('badRedirect');
  await audit('before the sign-in');
  await page.click('.playground-go');
  await page.fill('[name=login]', 'grace');
  await page.fill('[name=password]', person.password);
  await page.click('.login-submit');
  await page.click('.consent-allow');
  await page.waitForURL(/#step-callback/);
  for (const button of ['token', 'decode']) await press(button);
  await audit('with tokens');
  for (const button of ['userinfo', 'refresh', 'introspect', 'revoke']) await press(button);
  await page.click('.playground-sign-out');
  await page.click('.logout-confirm');
  await page.locator('[data-note=signedOut]').waitFor();
  await page.goto(`${issuer}/playground/device`);
  await press('device');
  await audit('a QR code');
  t.same(faults, []);
});
