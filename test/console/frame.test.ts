import { pino } from 'pino';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { buildApp } from '#src/app/index.ts';
import type { Feature } from '#src/feature.ts';
import type { Permission } from '#src/services/administration/index.ts';
import { freePort } from '#src/testing/free-port.ts';
import { signIn } from '#src/testing/session.ts';
import { loadSettings } from '#src/testing/settings.ts';
import { consoleConfirmPage } from '#src/views/console/confirm.ts';
import { conflictNotice } from '#src/views/console/conflict.ts';
import { consolePage } from '#src/views/console/layout.ts';
import { doneNotice, fact, filterForm, moment, nextPage, table } from '#src/views/console/parts.ts';
import { createFields } from '#src/views/fields.ts';
import { html } from '#src/views/html.ts';
import { followPages } from '../support/follow-pages.ts';
import { Browser, formOf, password } from '../support/setup/index.ts';
import { svg } from '../support/theme-files.ts';
import { addPeople, menuOf } from './console-server.ts';

/** A section as a feature adds it: a page with a form for each permission, and one for recent sign-ins only. */
const createBerths = (moored: string[]): Feature => {
  const page = (path: string, permission: Permission, needsRecentSignIn?: true) => {
    const route = { path, permission, ...(needsRecentSignIn && { needsRecentSignIn }) };
    return [
      {
        ...route,
        method: 'GET' as const,
        load:
          async () =>
          ({ frame, csrf }: Parameters<Load>[0]) => ({
            page: consoleConfirmPage(frame, {
              title: 'Berths',
              body: html`<p>A boat is moored.</p>`,
              action: path,
              csrf,
              back: '/admin',
              submit: 'Moor',
            }),
          }),
      },
      {
        ...route,
        method: 'POST' as const,
        load:
          async () =>
          ({ by, form }: Parameters<Load>[0]) => {
            moored.push(`${by.role} ${form['boat']}`);
            return { to: path };
          },
      },
    ];
  };
  return {
    name: 'berths',
    console: {
      menu: { path: '/admin/berths', permission: 'clients', label: () => 'Berths' },
      routes: [
        ...page('/admin/berths', 'clients'),
        ...page('/admin/berths/keys', 'keys', true),
        {
          method: 'GET',
          path: '/admin/berths/boats',
          permission: 'read',
          load: async () => showBoats,
        },
        {
          method: 'GET',
          path: '/admin/berths/list',
          permission: 'audit',
          load: async () => () => ({ file: 'a;b', type: 'text/csv; charset=utf-8', name: 'berths.csv' }),
        },
      ],
    },
  };
};

/** A list, with all parts that pages of lists and forms have. */
const showBoats = ({ frame, query }: Parameters<Load>[0]) => {
  const boats = [{ name: '<b>Gull</b>', since: 0 }];
  const { q } = query;
  return {
    page: consolePage(frame, {
      title: 'Boats',
      body: html`
      ${doneNotice(query['done'])}
      ${conflictNotice(frame, [{ label: 'Name', theirs: 'Tern', yours: '<i>Skua</i>' }])}
      ${filterForm('/admin/berths/boats', createFields(frame.page.messages).text({ name: 'q', label: 'Name', value: q }), 'Search')}
      ${table(
        'Boats',
        [
          { label: 'Name', cell: ({ name }) => name },
          { label: 'Since', cell: ({ since }) => moment(frame, since) },
        ],
        boats,
      )}
      <dl class="facts-list">${fact('Berths', '12')}${fact('Tide', undefined)}</dl>
      ${nextPage(frame, '/admin/berths/boats', { q, after: 'cursor&more' })}`,
    }),
  };
};

type Load = Awaited<ReturnType<NonNullable<Feature['console']>['routes'][number]['load']>>;

const startWith = async (settings: object = {}) => {
  const { config, discard } = await loadSettings({ admin: { enabled: true }, ...settings });
  const store = await openStore(config.store.url, { clock: Date });
  const moored: string[] = [];
  const app = await buildApp({
    config,
    store,
    clock: Date,
    log: pino({ level: 'silent' }),
    additionalFeatures: [createBerths(moored)],
  });
  t.teardown(async () => {
    await app.close();
    await store.close();
    await discard();
  });
  await app.start();
  await app.server.listen({ host: config.listen.host, port: config.listen.port });
  await addPeople(app.services);
  const browserOf = async (username: string, ago = 0): Promise<Browser> => {
    const browser = new Browser();
    const session = { app, store, lifetime: 3600, now: Date.now };
    for (const { name, value } of (await signIn(session, username, { ago })).cookies)
      browser.setCookie(name, value);
    return browser;
  };
  return { issuer: config.issuer, moored, browserOf };
};

const { issuer, moored, browserOf } = await startWith();
const berths = `${issuer}/admin/berths`;
const post = (browser: Browser, url: string, fields: Record<string, string>, origin = new URL(url).origin) =>
  browser.request(url, { method: 'POST', body: new URLSearchParams(fields), headers: { origin } });

t.test('a section is in the menu of those who may open it, and closed to all others', async (t) => {
  const admin = await (await browserOf('admin')).request(berths);
  t.equal(admin.status, 200);
  t.match(admin.body, '<a href="/admin/berths" aria-current="page">Berths</a>');
  for (const role of ['viewer', 'support']) {
    const browser = await browserOf(role);
    t.notOk(menuOf(await browser.request(`${issuer}/admin`)).includes('/admin/berths'));
    t.equal((await browser.request(berths)).status, 403, role);
    const { hidden: fields } = formOf(admin.body);
    t.equal((await post(browser, berths, { ...fields, boat: 'Kittiwake' })).status, 403, role);
  }
  t.equal((await (await browserOf('ada')).request(berths)).status, 403);
  t.equal((await post(new Browser(), berths, { boat: 'Kittiwake' })).status, 303, 'to the sign-in');
  t.same(moored, []);
});

t.test('a form is accepted from the page that was shown to this person in this session', async (t) => {
  const browser = await browserOf('admin');
  const { csrf = '' } = formOf((await browser.request(berths)).body).hidden;
  const other = formOf((await (await browserOf('admin')).request(berths)).body).hidden;
  const account = formOf((await browser.request(`${issuer}/account/sessions/others`)).body).hidden;
  for (const [what, fields] of Object.entries({
    none: {},
    wrong: { csrf: 'x' },
    'another session': other,
    'the account pages': account,
  })) {
    const page = await post(browser, berths, { ...fields, boat: 'Gull' });
    t.equal(page.status, 403, what);
    t.match(page.body, 'form_expired');
  }
  t.equal((await post(browser, berths, { csrf, boat: 'Gull' }, 'https://evil.example')).status, 403);
  t.same(moored, []);
  const done = await post(browser, berths, { csrf, boat: 'Gull' });
  t.equal(done.status, 303);
  t.equal(done.headers.get('location'), '/admin/berths');
  t.equal(done.headers.get('cache-control'), 'no-store');
  t.same(moored.splice(0), ['admin Gull']);
});

t.test(
  'keys, secrets and roles need a sign-in of the last 15 minutes, and the form two minutes less',
  async (t) => {
    const maxAgeOf = ({ headers }: { headers: Headers }) =>
      new URL(headers.get('location') ?? '', issuer).searchParams.get('max_age');
    const keys = `${berths}/keys`;
    const old = await browserOf('admin', 16 * 60);
    t.equal((await old.request(berths)).status, 200, 'anything else needs none');
    const { hidden: fields } = formOf((await old.request(berths)).body);
    t.equal(maxAgeOf(await old.request(keys)), '780');
    t.equal(maxAgeOf(await post(old, keys, { ...fields, boat: 'Tern' })), '780');
    t.same(moored, []);
    t.equal((await (await browserOf('admin', 14 * 60)).request(keys)).status, 303, 'too late for a new form');
    const shown = await browserOf('admin', 14 * 60);
    const { hidden: form } = formOf((await shown.request(berths)).body);
    const done = await post(shown, keys, { ...form, boat: 'Tern' });
    t.equal(done.headers.get('location'), '/admin/berths/keys', 'in time for one that was shown before');
    t.same(moored.splice(0), ['admin Tern']);
    const page = await followPages(old, keys, { login: 'admin', password });
    t.equal(page.url, keys);
    t.match(page.body, '<h1>Berths</h1>');
  },
);

t.test('values of others are text, and a filter stays in the address of the next page', async (t) => {
  const { status, body } = await (await browserOf('viewer')).request(
    `${berths}/boats?q=${encodeURIComponent('"><script>')}&done=Saved`,
  );
  t.equal(status, 200);
  t.match(body, 'data-label="Name">&lt;b&gt;Gull&lt;/b&gt;</th>');
  t.match(body, '&lt;i&gt;Skua&lt;/i&gt;');
  t.match(body, 'value="&quot;&gt;&lt;script&gt;"');
  t.match(body, 'href="/admin/berths/boats?q=%22%3E%3Cscript%3E&amp;after=cursor%26more"');
  t.match(body, '<time datetime="1970-01-01T00:00:00.000Z">Jan 1, 1970');
  t.match(body, 'role="status">Saved</p>');
  t.notMatch(body, 'Tide');
});

t.test('a file is saved, and never shown', async (t) => {
  const { status, headers, body } = await (await browserOf('viewer')).request(`${berths}/list`);
  t.equal(status, 200);
  t.equal(headers.get('content-disposition'), 'attachment; filename="berths.csv"');
  t.equal(headers.get('x-content-type-options'), 'nosniff');
  t.equal(headers.get('cache-control'), 'no-store');
  t.equal(body, 'a;b');
});

t.test('admin.listen serves the console on a port of its own, and nowhere else', async (t) => {
  const port = await freePort();
  const folder = t.testdir({ 'own.css': '.console-menu { display: none }' });
  const theme = { accent: '#7a1f5c', css_file: `${folder}/own.css` };
  const apart = await startWith({ admin: { enabled: true, listen: { port } }, pages: { theme } });
  const own = apart.issuer.replace(/:\d+$/, `:${port}`);
  t.equal((await new Browser().request(`${apart.issuer}/admin`)).status, 404);
  const byAddress = await new Browser().request(`http://127.0.0.1:${port}/admin`);
  t.equal(byAddress.status, 421, 'the session is known at the host of the issuer only');
  const browser = new Browser();
  const page = await followPages(browser, `${own}/admin/berths?of=mine`, { login: 'admin', password });
  t.equal(page.url, `${own}/admin/berths?of=mine`);
  t.match(page.body, `href="${apart.issuer}/account"`);
  t.match(page.headers.get('content-security-policy'), `form-action 'self' ${apart.issuer}`);
  for (const [, file = ''] of page.body.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]*)"/g))
    t.equal((await browser.request(own + file)).status, 200, file);
  const missing = await browser.request(`${own}/admin/accounts/none`);
  t.equal(missing.status, 404);
  for (const { body } of [page, missing]) {
    t.match(body, '/theme/theme.', 'the colors of the operator');
    t.notMatch(body, '/theme/own.', 'but not the style sheet, which could hide things');
  }
  const { csrf = '' } = formOf(page.body).hidden;
  for (const origin of [apart.issuer, 'https://evil.example'])
    t.equal((await post(browser, `${own}/admin/berths`, { csrf, boat: 'Skua' }, origin)).status, 403);
  t.equal((await post(browser, `${own}/admin/berths`, { csrf, boat: 'Skua' })).status, 303);
  t.same(apart.moored, ['admin Skua']);

  const logo = `${own}/admin/branding/logo`;
  const form = new FormData();
  const { hidden } = formOf((await browser.request(logo)).body);
  for (const [name, value] of Object.entries(hidden)) form.set(name, value);
  form.set('file', new Blob([svg(20, 20).padEnd(100_000)]), 'logo.svg');
  const sent = await browser.request(logo, { method: 'POST', body: form, headers: { origin: own } });
  t.equal(sent.status, 303, sent.body);
  const { body } = await browser.request(`${own}/admin/branding`);
  const [path = 'none'] = /\/images\/logo\.[\w-]+\.svg/.exec(body) ?? [];
  for (const origin of [own, apart.issuer])
    t.equal((await new Browser().request(`${origin}${path}`)).status, 200, 'an image of both ports');
});
