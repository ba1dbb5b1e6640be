import t from 'tap';
import { insertDelivery, mailQueue } from '#src/services/outbox/index.ts';
import { formOf, type Page } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { startConsole } from './console-server.ts';

const hostile = '"><script>alert(1)</script>';
const clientSecret = 'a-secret-of-a-client-that-no-page-shows';
const mailPassword = 'a-password-of-the-mail-server';

const { server, issuer, browserOf } = await startConsole(t, {
  audit: { enabled: true },
  keys: { algorithms: ['RS256', 'ES256'] },
  mail: { url: 'smtp://user@127.0.0.1:9', password: mailPassword, from: 'id@example.com' },
  clients: [{ client_id: 'app', client_secret: clientSecret, redirect_uris: ['https://app.example/cb'] }],
});
const { keys } = server.app.services;
const admin = await browserOf('admin');
const viewer = await browserOf('viewer');

const open = (path: string, browser = admin): Promise<Page> => browser.request(issuer + path);
const post = (path: string, fields: Readonly<Record<string, string>>, browser = admin) =>
  browser.request(issuer + path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: issuer },
  });
const lastForm = ({ body }: Page): Record<string, string> =>
  formOf(body.slice(body.lastIndexOf('<form method="post"'))).hidden;

t.test('a rotation shows first what would happen, and then does it', async (t) => {
  const old = await browserOf('admin', { ago: 16 * 60 });
  t.match((await open('/admin/keys/rotate', old)).headers.get('location'), /max_age=/);
  t.equal((await open('/admin/keys', old)).status, 200, 'the list needs no recent sign-in');
  const before = keys.list().length;
  const [expected] = keys.previewRotation('ES256');
  const page = await open('/admin/keys/rotate?series=ES256');
  t.equal(page.status, 200);
  for (const kid of expected?.replaces ?? []) t.match(page.body, `<code>${kid}</code>`);
  t.match(page.body, new Date(expected?.signsFrom ?? 0).toISOString().slice(0, 16));
  t.equal(keys.list().length, before, 'a preview changes nothing');
  t.notMatch(
    (await open('/admin/keys/rotate')).body,
    'console-rotate-confirm',
    'no button before the preview',
  );
  t.equal((await open('/admin/keys/rotate?series=HS256')).status, 400);

  const done = await post('/admin/keys/rotate', lastForm(page));
  t.equal(done.headers.get('location'), '/admin/keys?done=rotated');
  t.equal(keys.list().length, before + 1);
  t.match((await open('/admin/keys?done=rotated')).body, 'The new keys were published.');
  const twice = await post('/admin/keys/rotate', lastForm(page));
  t.equal(twice.status, 422, 'a second rotation while the first is under way');
  t.match(twice.body, 'role="alert"');
  t.equal(keys.list().length, before + 1);

  const cookies = () => keys.list().filter(({ use }) => use === 'cookie').length;
  const secrets = cookies();
  const rotate = { ...lastForm(page), series: 'cookie' };
  const raced = await Promise.all(Array.from({ length: 5 }, () => post('/admin/keys/rotate', rotate)));
  t.equal(raced.filter(({ status }) => status === 303).length, 1, 'of five at once, one rotates');
  t.equal(cookies(), secrets + 1);

  t.match((await open('/admin/keys/rotate?series=RS256&at_once=yes')).body, 'notice-warn');
  const atOnce = await post('/admin/keys/rotate', {
    ...lastForm(page),
    series: 'RS256',
    at_once: 'yes',
  });
  t.equal(atOnce.status, 303);
});

t.test('a key that signs is not removed, and one that retires is', async (t) => {
  const signing = keys.list().find(({ use, stage }) => use === 'sig' && stage === 'active');
  const retiring = keys.list().find(({ use, stage }) => use === 'sig' && stage === 'retiring');
  const list = await open('/admin/keys');
  t.match(list.body, `/admin/keys/${retiring?.kid}/remove`);
  t.notMatch(list.body, `/admin/keys/${signing?.kid}/remove`);
  t.notMatch((await open('/admin/keys', viewer)).body, /console-remove-key|console-rotate/);
  const form = lastForm(await open(`/admin/keys/${retiring?.kid}/remove`));
  t.not((await post(`/admin/keys/${signing?.kid}/remove`, form)).status, 303);
  t.ok(keys.list().some(({ kid }) => kid === signing?.kid));
  t.equal((await post(`/admin/keys/${retiring?.kid}/remove`, form)).status, 303);
  t.notOk(keys.list().some(({ kid }) => kid === retiring?.kid));
  t.equal((await open('/admin/keys/none/remove')).status, 404);
});

server.app.events.emit({
  type: 'sign-in',
  outcome: 'refused',
  reason: 'wrong_password',
  account: hostile,
  client: '=cmd|calc',
  address: '192.0.2.7',
  details: { agent: hostile, note: '@SUM(A1)' },
});
await waitFor('the record', async () => (await open('/admin/audit')).body.includes('192.0.2.7'));

t.test('each filter of the audit record is in the address, and finds what it names', async (t) => {
  const find = async (query: string): Promise<boolean> =>
    (await open(`/admin/audit?${query}`)).body.includes('192.0.2.7</td>');
  for (const [found, missed] of [
    ['type=sign-in', 'type=sign-out'],
    ['outcome=refused', 'outcome=ok'],
    [`account=${encodeURIComponent(hostile)}`, 'account=ada'],
    ['client=%3Dcmd%7Ccalc', 'client=app'],
    ['address=192.0.2.7', 'address=192.0.2.8'],
    ['from=2020-01-01T00:00', 'from=2099-01-01T00:00'],
    ['to=2099-01-01T00:00Z', 'to=2020-01-01T00:00'],
  ] as const) {
    t.ok(await find(found), found);
    t.notOk(await find(missed), missed);
  }
  t.ok(await find('from=&to=&type='), 'empty fields filter nothing');
  const wrong = await open('/admin/audit?from=yesterday');
  t.equal(wrong.status, 422);
  t.match(wrong.body, 'Write times as');
  t.match(wrong.body, 'value="yesterday"');
  t.equal((await open('/admin/audit?after=nonsense')).status, 400);
  t.equal((await open(`/admin/audit?outcome=${encodeURIComponent(hostile)}`)).status, 200);
});

t.test('the audit record shows and takes user names', async (t) => {
  const account = await server.app.services.accounts.findByUsername('admin');
  t.ok(account);
  const byName = await open('/admin/audit?account=admin');
  t.match(byName.body, `account=id%3A${account?.id}">admin</a>`);
  t.match(byName.body, 'value="admin"', 'the form keeps what was typed');
  const ofOthers = await open('/admin/audit?account=viewer');
  t.notMatch(ofOthers.body, `account=id%3A${account?.id}"`);
  const byThem = await open('/admin/audit?type=admin.key.rotate&by=admin');
  t.match(byThem.body, '<code>admin.<wbr>key.<wbr>rotate</code>', 'a name may break after its dots');
  const lines = await open('/admin/audit/export?format=ndjson&account=admin');
  t.ok(lines.body.split('\n').filter((line) => line !== '').length > 0);
  for (const line of lines.body.trim().split('\n')) t.equal(JSON.parse(line).account, account?.id);
});

t.test('the records of an account are found by its id, whatever user names others chose', async (t) => {
  const { accounts } = server.app.services;
  const sub = 'sub-of-boss';
  const other = await server.addAccount({ username: sub });
  const importAll = accounts.importer({ dryRun: false });
  t.same(await importAll([{ username: 'boss', sub }]), [{ outcome: 'added' }]);
  server.app.events.emit({ type: 'sign-in', outcome: 'refused', account: sub, address: '192.0.2.9' });
  await waitFor('the record', async () => (await open('/admin/audit')).body.includes('192.0.2.9'));
  const [link = ''] = /\/admin\/audit\?account=[^"]*/.exec((await open(`/admin/accounts/${sub}`)).body) ?? [];
  t.match((await open(link)).body, '192.0.2.9</td>');
  const typed = await open(`/admin/audit?account=${sub}`);
  t.equal(typed.status, 422);
  t.match(typed.body, `id:${sub} (boss), id:${other.id} (${sub})`);
  t.notMatch(typed.body, '192.0.2.9</td>');
  t.equal((await open(`/admin/audit?by=${sub}`)).status, 422);
  t.equal((await open(`/admin/audit/export?format=csv&account=${sub}`)).status, 409);
  const lines = (await open(`/admin/audit/export?format=ndjson&account=id:${sub}`)).body.trim().split('\n');
  for (const line of lines) t.equal(JSON.parse(line).account, sub);
});

t.test('what others chose is text in the audit record', async (t) => {
  for (const path of [
    '/admin/audit',
    `/admin/audit?account=${encodeURIComponent(hostile)}&by=${encodeURIComponent(hostile)}`,
  ]) {
    const { body } = await open(path);
    t.notMatch(body, '<script>alert');
    t.match(body, '&lt;script&gt;alert');
  }
});

t.test('an export is a file with the filter, is safe in a spreadsheet, and is recorded', async (t) => {
  const csv = await open('/admin/audit/export?format=csv&address=192.0.2.7', viewer);
  t.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  t.equal(csv.headers.get('content-disposition'), 'attachment; filename="audit.csv"');
  t.equal(csv.headers.get('x-content-type-options'), 'nosniff');
  t.match(csv.body, `"'=cmd|calc"`);
  t.equal(csv.body.trim().split('\r\n').length, 2, 'a head and the one record');
  const lines = await open('/admin/audit/export?format=ndjson&address=192.0.2.7');
  t.equal(lines.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
  t.match(JSON.parse(lines.body), { client: '=cmd|calc', outcome: 'refused' });
  for (const query of ['', 'format=xlsx', 'format=csv&from=x'])
    t.equal((await open(`/admin/audit/export?${query}`)).status, 400, query);
  const { id = '' } = (await server.app.services.accounts.findByUsername('viewer')) ?? {};
  await waitFor('its own record', async () => {
    const { body } = await open(`/admin/audit?type=admin.audit.export&by=${id}`);
    return body.includes(`<code>${id}</code>`);
  });
});

t.test('a message that waits is sent now, or dropped, and the change is recorded', async (t) => {
  const now = server.clock.now() + 600_000;
  const waiting = ['mail.one', 'mail.two'].map((kind) =>
    insertDelivery(
      { kind, about: { account: hostile, code: 'a code that no page shows' }, tries: 1 },
      now,
      mailQueue,
    ),
  );
  await server.store.commit(waiting);
  const [one = '', two = ''] = waiting.map(({ key }) => key.family);
  const list = await open('/admin/outbox?queue=mail');
  t.match(list.body, '<code>mail.one</code>');
  t.notMatch(list.body, /a code that no page shows|<script>alert/);
  t.notMatch((await open('/admin/outbox?queue=mail', viewer)).body, 'console-drop');
  t.match((await open('/admin/outbox')).body, 'Nothing waits.');

  const page = await open(`/admin/outbox/mail/${one}/drop`);
  t.match(page.body, '<code>mail.one</code>');
  t.equal((await open(`/admin/outbox/requests/${one}/drop`)).status, 404, 'not of that queue');
  t.equal((await post(`/admin/outbox/mail/${one}/drop`, formOf(page.body).hidden)).status, 303);
  t.notMatch((await open('/admin/outbox?queue=mail')).body, 'mail.one');
  t.equal((await post(`/admin/outbox/mail/${one}/drop`, formOf(page.body).hidden)).status, 404, 'it is gone');
  const retried = await post(`/admin/outbox/mail/${two}/retry`, formOf(page.body).hidden);
  t.equal(retried.headers.get('location'), '/admin/outbox?queue=mail&done=retried');
  t.equal((await open(`/admin/outbox/mail/${'x'.repeat(16)}/retry`)).status, 404);
  await waitFor('the records', async () => {
    const { body } = await open('/admin/audit?type=admin.outbox');
    return ['drop', 'retry'].every((name) => body.includes(`admin.<wbr>outbox.<wbr>${name}</code>`));
  });
});

t.test('health shows the checks and each value with its source, and no secret', async (t) => {
  const { body } = await open('/admin/health', viewer);
  t.match(body, 'This process takes traffic.');
  t.match(body, /<code>store<\/code>[\s\S]*Fine/);
  t.match(body, /<code>mail\.url<\/code>/);
  t.match(body, 'postern.yaml');
  t.notMatch(body, '<code>tokens.session_ttl</code>', 'a default is not shown');
  const all = await open('/admin/health?defaults=yes', viewer);
  t.match(all.body, '<code>tokens.session_ttl</code>');
  for (const page of [body, all.body]) {
    t.notMatch(page, clientSecret);
    t.notMatch(page, mailPassword);
    t.match(page, '••••••');
  }
});

t.test('the pages have three languages', async (t) => {
  for (const [path, de, pl] of [
    ['/admin/keys', 'Schlüssel wechseln', 'Wymień klucze'],
    ['/admin/audit', 'Audit-Protokoll', 'Dziennik audytu'],
    ['/admin/outbox', 'Postausgang', 'Wysyłanie'],
    ['/admin/health', 'Wirksame Konfiguration', 'Obowiązująca konfiguracja'],
  ] as const) {
    t.match((await open(`${path}?lang=de`)).body, de);
    t.match((await open(`${path}?lang=pl`)).body, pl);
  }
});
