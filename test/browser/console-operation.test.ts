import { readFileSync } from 'node:fs';
import t from 'tap';
import { insertDelivery, mailQueue } from '#src/services/outbox/index.ts';
import { addPeople } from '../console/console-server.ts';
import { svg } from '../support/theme-files.ts';
import { waitFor } from '../support/wait-for.ts';
import { checkAccessibility, narrowProblems, newTab, startBrowserTest } from './browser-test.ts';

t.setTimeout(300_000);

const { chromium, postern } = await startBrowserTest(t, {
  admin: { enabled: true },
  audit: { enabled: true },
  accounts: [],
});
const { issuer, app, store, clock } = postern;
await addPeople(app.services);
app.events.emit({
  type: 'sign-in',
  outcome: 'refused',
  reason: 'wrong_password',
  address: '192.0.2.7',
  client: '"><img src=x onerror=alert(1)>',
  details: { agent: '<script>alert(1)</script>' },
});
const complaints: string[] = [];

for (const javaScriptEnabled of [true, false]) {
  const mode = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

  t.test(`keys, audit, outbox, health and branding ${mode}`, async (t) => {
    const kind = `mail.message-${javaScriptEnabled}`;
    await store.commit([
      insertDelivery({ kind, about: { account: 'ada' }, tries: 2 }, clock.now() + 600_000, mailQueue),
    ]);
    const context = await chromium.newContext({ javaScriptEnabled, locale: 'en' });
    t.teardown(() => context.close());
    const { cookies } = await postern.signIn('admin');
    await context.addCookies(cookies.map(({ name, value }) => ({ name, value, url: issuer })));
    const tab = await newTab(context, complaints);
    tab.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
    const check = async (page: string): Promise<void> => {
      if (javaScriptEnabled) await checkAccessibility(t, tab, `console-${page}`);
    };

    await tab.goto(`${issuer}/admin/keys`);
    await check('keys');
    await tab.click('.console-rotate');
    await tab.selectOption('#series', javaScriptEnabled ? 'cookie' : 'RS256');
    await tab.click('.console-preview');
    await check('rotate');
    await tab.click('.console-rotate-confirm');
    t.equal(await tab.locator('.console-done').textContent(), 'The new keys were published.');

    await waitFor('the record', async () => {
      await tab.goto(`${issuer}/admin/audit?address=192.0.2.7`);
      return (await tab.locator('tbody tr').count()) === 1;
    });
    await tab.click('.console-details summary');
    await check('audit');
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('.console-export-csv')]);
    t.match(readFileSync(await download.path(), 'utf8'), '192.0.2.7');
    await tab.fill('#from', 'yesterday');
    await tab.click('.console-search');
    t.match(await tab.title(), /^Error: /);

    await tab.click('nav.console-menu a[href="/admin/outbox"]');
    await tab.click('nav.tabs a >> nth=1');
    await check('outbox');
    await tab.click('.console-drop');
    await tab.click('.console-confirm');
    t.equal(await tab.locator('.console-done').textContent(), 'The message was dropped.');

    await tab.click('nav.console-menu a[href="/admin/health"]');
    await check('health');
    await tab.click('nav.tabs a >> nth=1');
    t.ok((await tab.locator('tbody tr').count()) > 50);

    await tab.click('nav.console-menu a[href="/admin/branding"]');
    await tab.click('.image-change-logo');
    await tab.setInputFiles('#file', {
      name: 'logo.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('text'),
    });
    await tab.click('.image-upload');
    t.equal(await tab.locator('#file').getAttribute('aria-invalid'), 'true');
    await check('image');
    const drawing = { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg(60, 20)) };
    await tab.setInputFiles('#file', drawing);
    await tab.click('.image-upload');
    t.equal(await tab.locator('.console-done').textContent(), 'The image was uploaded.');
    // The page is there before its images.
    await tab.waitForFunction(`document.querySelector('.site-header img')?.naturalWidth === 60`);
    await check('branding');
    await tab.click('.image-change-logo');
    await tab.click('.image-remove');
    t.equal(await tab.locator('.site-header img').count(), 0);
  });
}

t.test('each section and its forms, in each language, fit into 360 px, and axe finds nothing', async (t) => {
  const { clients, groups } = app.services;
  const { id } = await postern.addAccount({ username: 'grace' });
  const [{ name: group = '' } = {}] = (await groups.list()).items;
  const web = { client_name: 'Harbour', redirect_uris: ['https://harbour.example/callback'] };
  const { client } = await clients.add({ type: 'web', metadata: web });
  const ofAccount = `/admin/accounts/${id}`;
  const ofClient = `/admin/clients/${client.id}`;
  const forms = [
    ...['/admin/accounts/new', '/admin/accounts/invite', ofAccount, `/admin/groups/${group}`],
    ...['/admin/new-client', ofClient, `${ofClient}/edit`, `${ofClient}/secrets`, `${ofClient}/logo`],
    '/admin/keys/rotate',
  ];
  const context = await chromium.newContext();
  t.teardown(() => context.close());
  const { cookies } = await postern.signIn('admin');
  await context.addCookies(cookies.map(({ name, value }) => ({ name, value, url: issuer })));
  const tab = await newTab(context, complaints);
  const problems: string[] = [];
  for (const language of ['en', 'de', 'pl']) {
    await tab.goto(`${issuer}/admin?lang=${language}`);
    const sections = await tab
      .locator('.console-menu > ul a')
      .evaluateAll((links) => links.map((link) => String(link.getAttribute('href'))));
    t.ok(sections.length >= 10, `${sections.length} sections`);
    // The other tests check the forms in English.
    for (const path of [...sections, ...(language === 'en' ? [] : forms)]) {
      const response = await tab.goto(`${issuer}${path}`);
      const shown = await tab.locator('html').getAttribute('lang');
      if (response?.status() !== 200 || shown !== language)
        problems.push(`${path}: ${response?.status()} in ${shown}`);
      problems.push(...(await narrowProblems(tab)).map((problem) => `${path} in ${language}: ${problem}`));
    }
  }
  t.strictSame(problems, []);
});

t.test('browsers complain of nothing', async (t) => t.strictSame(complaints, []));
