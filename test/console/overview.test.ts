import t from 'tap';
import { Browser, password } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t, { audit: { enabled: true } });
const { signInCounts } = server.app.services;
const page = `${issuer}/admin`;

const totalsOf = (body: string) => /<p class="sign-in-totals">([^<]*)</.exec(body)?.[1];
/** The succeeded and the failed sign-ins of each row, the newest first. */
const rowsOf = (body: string): readonly string[] =>
  [...(/<details>(.*?)<\/details>/s.exec(body)?.[1] ?? '').matchAll(/<tr>.*?<\/tr>/gs)]
    .map(([row]) =>
      [...row.matchAll(/data-label="(?:Succeeded|Failed)">(\d+)</g)].map(([, n]) => n).join(' '),
    )
    .filter((row) => row !== '');

t.test('it counts what there is, and shows the first steps until there is an application', async (t) => {
  const admin = await browserOf('admin');
  const empty = await admin.request(page);
  t.match(empty.body, 'id="first-steps"');
  t.match(empty.body, 'postern client add');
  const [, newClient = ''] = /<a href="([^"]*new-client[^"]*)"/.exec(empty.body) ?? [];
  t.match((await admin.request(new URL(newClient, page).href)).body, '<h1>New client</h1>');
  t.match(empty.body, /Accounts<\/dt><dd><a href="\/admin\/accounts">4<\/a>/);
  t.match(empty.body, /Groups<\/dt><dd><a href="\/admin\/groups">3<\/a>/);
  t.match(empty.body, /Clients<\/dt><dd>(<a [^>]*>)?0</);
  t.notMatch((await (await browserOf('viewer')).request(page)).body, 'id="first-steps"');
  await server.addClient({ type: 'machine', metadata: {} });
  t.notMatch((await admin.request(page)).body, 'id="first-steps"');
});

t.test('a count that ends before all were read says so', async (t) => {
  const { groups } = server.app.services;
  for (let at = 4; at <= 200; at++) await groups.add({ name: `group-${at}` });
  const admin = await browserOf('admin');
  t.match((await admin.request(page)).body, />200<\/a>/);
  await groups.add({ name: 'one-more' });
  t.match((await admin.request(page)).body, />200\+<\/a>/);
});

t.test('sign-ins of the last hours, days and weeks are summed, with a table of their times', async (t) => {
  const browser = new Browser();
  const login = await browser.open(`${issuer}/account`);
  const again = await browser.submit(login, { login: 'ada', password: 'wrong' });
  await browser.submit(again, { login: 'ada', password });
  await signInCounts.write();
  const viewer = await browserOf('viewer');
  const day = await viewer.request(page);
  t.equal(totalsOf(day.body), '1 succeeded, 1 failed');
  t.equal(rowsOf(day.body).length, 24);
  t.equal(rowsOf(day.body)[0], '1 1', 'the present hour is on top');
  for (const [range, count] of [
    ['7d', 28],
    ['30d', 30],
    ['nonsense', 24],
  ] as const) {
    const { body } = await viewer.request(`${page}?range=${range}`);
    t.equal(rowsOf(body).length, count, range);
    t.equal(totalsOf(body), '1 succeeded, 1 failed');
  }
  t.notMatch(day.body, /\sstyle=/, 'nothing that the policy refuses');
});

t.test('what happened last is listed, with the name of the account', async (t) => {
  const admin = await browserOf('admin');
  await waitFor('the record has the sign-in', async () =>
    (await admin.request(page)).body.includes('<code>sign-in</code>'),
  );
  const { body } = await admin.request(page);
  t.match(body, 'data-label="Account">ada<');
  t.match(body, 'wrong_password');
});
