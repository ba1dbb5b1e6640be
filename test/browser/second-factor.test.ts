import t from 'tap';
import { draftRecovery } from '#src/services/account-recovery/index.ts';
import { codeAt } from '../support/authenticator.ts';
import {
  checkAccessibility,
  newTab,
  person,
  receivedParameters,
  signIn,
  startBrowserTest,
} from './browser-test.ts';
import { addDevice } from './virtual-authenticator.ts';

t.setTimeout(600_000);

const { postern, home, chromium, startAuthorization } = await startBrowserTest(t, {
  security: {
    password: { memory_kib: 8192, passes: 1 },
    factors: { required: 'always', grace_days: 3, remember_days: 30 },
  },
});
const other = { client_id: 'other' };
const now = (): number => postern.clock.now();

t.test('an app is set up and used, and a recovery code, without JavaScript at 360 px', async (t) => {
  const context = await chromium.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  t.teardown(() => context.close());
  const complaints: string[] = [];
  const tab = await newTab(context, complaints);
  await tab.goto(startAuthorization(other).url);
  await signIn(tab);
  await tab.locator('svg.qr').waitFor();
  const key = await tab.locator('#secret').inputValue();
  await tab.fill('#code', '000000');
  await tab.click('.factor-set-up');
  await tab.locator('#code[aria-invalid=true]').waitFor();
  t.match(await tab.title(), /^Error: /);
  t.equal(await tab.locator('#secret').inputValue(), key);
  await tab.fill('#code', codeAt(key, now()));
  await tab.click('.factor-set-up');
  await tab.locator('.recovery-codes').waitFor();
  const codes = await tab.locator('.recovery-codes code').allTextContents();
  t.equal(codes.length, 10);
  await tab.click('.factor-done');
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);

  postern.clock.advance(31);
  await tab.goto(startAuthorization({ ...other, prompt: 'login' }).url);
  await tab.fill('#password', person.password);
  await tab.click('.login-submit');
  await tab.locator('.factor-submit').waitFor();
  await tab.fill('#code', codeAt(key, now()));
  await tab.click('.factor-submit');
  await tab.waitForURL(`${home}/callback*`);

  await tab.goto(startAuthorization({ ...other, prompt: 'login' }).url);
  await tab.fill('#password', person.password);
  await tab.click('.login-submit');
  await tab.click('text=Use a recovery code instead');
  await tab.fill('#recovery_code', codes[0] ?? '');
  await tab.click('.factor-submit');
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);

  await tab.goto(`${postern.issuer}/account/authenticator`);
  t.match(await tab.locator('main').textContent(), '9 codes are left');
  t.strictSame(complaints, []);
});

t.test('axe finds nothing on the pages, and they fit into 360 px', async (t) => {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
  t.teardown(() => context.close());
  const complaints: string[] = [];
  const tab = await newTab(context, complaints);
  await tab.goto(startAuthorization(other).url);
  await signIn(tab, { login: 'bob', password: person.password });
  await tab.locator('.factor-later').waitFor();
  await checkAccessibility(t, tab, 'factor-set-up');
  const key = await tab.locator('#secret').inputValue();
  await tab.fill('#code', codeAt(key, now()));
  await tab.click('.factor-set-up');
  await tab.locator('.recovery-codes').waitFor();
  await checkAccessibility(t, tab, 'factor-codes');
  await tab.click('.factor-done');
  await tab.waitForURL(`${home}/callback*`);

  postern.clock.advance(31);
  for (const [path, hook] of [
    ['authenticator', '.authenticator-add'],
    ['authenticator/add', '.factor-set-up'],
    ['authenticator/codes', '.codes-renew'],
  ] as const) {
    await tab.goto(`${postern.issuer}/account/${path}`);
    await tab.locator(hook).waitFor();
    await checkAccessibility(t, tab, path.replace('/', '-'));
  }
  await tab.goto(`${postern.issuer}/account/authenticator`);
  await tab.locator('a', { hasText: /^Remove$/ }).click();
  await tab.locator('.authenticator-remove').waitFor();
  await checkAccessibility(t, tab, 'authenticator-remove');

  await tab.goto(startAuthorization({ ...other, prompt: 'login' }).url);
  await tab.fill('#password', person.password);
  await tab.click('.login-submit');
  await tab.locator('.factor-submit').waitFor();
  await tab.locator('#code:focus').waitFor();
  await checkAccessibility(t, tab, 'factor-code');
  await tab.click('text=Use a recovery code instead');
  await tab.locator('#recovery_code').waitFor();
  await checkAccessibility(t, tab, 'factor-recovery');
  t.strictSame(complaints, []);
});

t.test(
  'a passkey completes a sign-in by password, and nothing else is asked for without an app',
  async (t) => {
    const context = await chromium.newContext({ viewport: { width: 360, height: 740 } });
    t.teardown(() => context.close());
    const complaints: string[] = [];
    const tab = await newTab(context, complaints);
    await addDevice(tab);
    await postern.addAccount({ username: 'carol', password: person.password });
    // The grace period lets carol in once by password alone, so that the account gets its passkey.
    await tab.goto(`${postern.issuer}/account/passkeys/add`);
    await signIn(tab, { login: 'carol', password: person.password });
    await tab.click('.factor-later');
    await tab.click('.passkey-create');
    await tab.locator('.notice', { hasText: 'The passkey was added.' }).waitFor();

    await tab.goto(startAuthorization({ ...other, prompt: 'login' }).url);
    await tab.fill('#password', person.password);
    await tab.click('.login-submit');
    await tab.locator('h1', { hasText: 'Use your passkey' }).waitFor();
    t.equal(await tab.locator('[data-lacks-passkeys]').isVisible(), false);
    t.equal(await tab.locator('#code').count(), 0);
    await checkAccessibility(t, tab, 'factor-passkey');
    await tab.check('#remember_browser');
    await tab.click('.passkey-get');
    await tab.waitForURL(`${home}/callback*`);
    t.ok((await receivedParameters(tab))['code']);
    t.ok(
      (await context.cookies()).some(({ name }) => name === 'postern_remembered'),
      'the box goes with it',
    );
    t.strictSame(complaints, []);

    const plain = await chromium.newContext({ javaScriptEnabled: false });
    t.teardown(() => plain.close());
    const page = await newTab(plain, complaints);
    await page.goto(startAuthorization(other).url);
    await signIn(page, { login: 'carol', password: person.password });
    await page.locator('h1', { hasText: 'Use your passkey' }).waitFor();
    t.ok(
      await page.locator('[data-lacks-passkeys]').isVisible(),
      'without JavaScript the page says what it needs',
    );
    t.equal(await page.locator('.passkey-get').isVisible(), false);
  },
);

t.test('the path of a lost device, without JavaScript at 360 px', async (t) => {
  const { accounts, oneTimeLinks: links } = postern.app.services;
  const dora = await postern.addAccount({ username: 'dora', password: person.password });
  const account = await accounts.find(dora.id);
  if (!account) throw new Error('the account is gone');
  const recovery = draftRecovery({ links, issuer: postern.issuer, now: now() }, account, {
    kind: 'command',
  });
  await postern.store.commit([recovery.write]);
  postern.clock.advance(1);

  const complaints: string[] = [];
  const wide = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
  t.teardown(() => wide.close());
  const look = await newTab(wide, complaints);
  const headings = new Set<string | null>();
  for (const language of ['en', 'de', 'pl']) {
    await look.goto(`${recovery.url}?lang=${language}`);
    headings.add(await look.locator('h1').textContent());
    await checkAccessibility(t, look, `recovery-${language}`);
  }
  t.equal(headings.size, 3, [...headings].join());
  await look.click('.recover-submit');
  await look.locator('[role=alert]').waitFor();
  await checkAccessibility(t, look, 'recovery-empty');

  const context = await chromium.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  t.teardown(() => context.close());
  const tab = await newTab(context, complaints);
  await tab.goto(recovery.url);
  const key = await tab.locator('#secret').inputValue();
  await tab.fill('#password', 'a lantern by the harbour');
  await tab.fill('#code', '000000');
  await tab.click('.recover-submit');
  await tab.locator('#code[aria-invalid=true]').waitFor();
  await tab.fill('#password', 'a lantern by the harbour');
  await tab.fill('#code', codeAt(key, now()));
  await tab.click('.recover-submit');
  await tab.locator('.recovery-codes').waitFor();
  postern.clock.advance(31);
  await tab.goto(startAuthorization(other).url);
  await signIn(tab, { login: 'dora', password: 'a lantern by the harbour' });
  await tab.fill('#code', codeAt(key, now()));
  await tab.click('.factor-submit');
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);
  t.strictSame(complaints, []);
});
