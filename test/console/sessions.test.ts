import t from 'tap';
import { Browser, formOf, password } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t, { audit: { enabled: true } });
const { sessions, accounts } = server.app.services;
const list = `${issuer}/admin/sessions`;
const support = await browserOf('support');

t.test('sessions are found by account, and of those who signed in last', async (t) => {
  const browser = new Browser({
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  });
  await browser.submit(await browser.open(`${issuer}/account`), { login: 'ada', password });
  await waitFor('the record has the sign-in', async () =>
    (await support.request(list)).body.includes('>ada<'),
  );
  const recent = await support.request(list);
  t.match(recent.body, 'Firefox');
  t.notMatch(recent.body, '>viewer<', 'there was no sign-in as viewer');
  const found = await support.request(`${list}?q=SUPP`);
  t.match(found.body, '>support<');
  t.notMatch(found.body, '>ada<');
  t.match((await support.request(`${list}?q=no-such-person`)).body, 'No sessions.');
  const { id = '' } = (await accounts.findByUsername('viewer')) ?? {};
  t.match((await support.request(`${list}?account=${id}`)).body, '>viewer<', 'shown without sessions too');
});

t.test('those who signed in before are on the next pages, each person once', async (t) => {
  const names = Array.from({ length: 13 }, (_, at) => `person-${at}`);
  const signInAs = async (username: string): Promise<void> => {
    const browser = new Browser();
    await browser.submit(await browser.open(`${issuer}/account`), { login: username, password });
  };
  for (const username of names) await accounts.add({ username, password });
  for (const username of ['person-0', 'person-1', ...names]) await signInAs(username);
  const namesOn = ({ body }: { readonly body: string }) =>
    [...body.matchAll(/<h2>[^<]*<a [^>]*>([^<]*)<\/a>/g)].map(([, name = '']) => name);
  await waitFor('the record has them', async () =>
    namesOn(await support.request(list)).includes('person-12'),
  );
  const pages: (readonly string[])[] = [];
  for (let url: string | undefined = list; url !== undefined && pages.length < 10; ) {
    const page = await support.request(url);
    pages.push(namesOn(page));
    const [, next] = /<a class="console-next" href="([^"]*)"/.exec(page.body) ?? [];
    url = next === undefined ? undefined : new URL(next.replaceAll('&amp;', '&'), issuer).href;
  }
  t.same(pages.flat(), [...names.toReversed(), 'ada']);
  t.same(
    pages.map(({ length }) => length),
    [10, 4],
  );
  const first = await support.request(`${list}?q=person`);
  const [, next = ''] = /<a class="console-next" href="([^"]*)"/.exec(first.body) ?? [];
  const second = await support.request(new URL(next.replaceAll('&amp;', '&'), issuer).href);
  t.equal(new Set([...namesOn(first), ...namesOn(second)]).size, 13, 'a search has pages too');
  t.equal((await support.request(`${list}?until=1e99`)).status, 200, 'what is no time counts for nothing');
  t.same(namesOn(await support.request(`${list}?until=1`)), []);
});

t.test('a session is ended by support, and not by a viewer', async (t) => {
  const { cookies, accountId } = await server.signIn('ada');
  const browser = new Browser();
  for (const { name, value } of cookies) browser.setCookie(name, value);
  t.equal((await browser.request(`${issuer}/account`)).status, 200);
  const [session] = (await sessions.list(accountId)).items;
  const path = `${list}/${session?.id}`;
  const viewer = await browserOf('viewer');
  t.notMatch((await viewer.request(`${list}?q=ada`)).body, 'session-end');
  t.equal((await viewer.request(path)).status, 403);
  const { hidden } = formOf(
    /<form method="post"[\s\S]*<\/form>/.exec((await support.request(path)).body)?.[0] ?? '',
  );
  const send = () =>
    support.request(path, { method: 'POST', body: new URLSearchParams(hidden), headers: { origin: issuer } });
  const { status, headers } = await send();
  t.equal(status, 303);
  t.equal(headers.get('location'), `/admin/sessions?account=${accountId}&done=yes`);
  t.equal((await browser.request(`${issuer}/account`)).status, 303, 'the person is signed out');
  t.equal((await send()).status, 404, 'the same form again');
  t.equal((await support.request(path)).status, 404);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.session.end'),
    { account: accountId, details: { role: 'support' } },
  );
});
