import t from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { type Browser, formOf, type Page, password, redirectUri } from '../support/setup/index.ts';
import { startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t);
const { accounts, clients } = server.app.services;
await accounts.add({ username: 'second', password, groups: [groupOf.admin] }, { mayChangeRoles: true });
const newAccount = `${issuer}/admin/accounts/new`;
const secretPassword = 'a kettle of yellow paint';

/** A sign-in that is too old for roles. */
const oldBrowser = () => browserOf('admin', { ago: 16 * 60 });

const post = async (
  browser: Browser,
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<Page> => {
  const { hidden } = formOf((await browser.request(url)).body);
  return browser.request(url, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, ...fields }),
    headers: { origin: issuer },
  });
};

/** Follows the redirect to the sign-in, signs in again, and returns the page that this leads to. */
const signInAgain = async (browser: Browser, { headers }: Page): Promise<Page> => {
  const login = await browser.open(new URL(headers.get('location') ?? '', issuer).href);
  return browser.submit(login, { login: 'admin', password });
};

const typed = {
  username: 'grace',
  name: 'Grace <Hopper>',
  groups: groupOf.support,
  claims: '{"nickname":"Amazing"}',
  require_profile: 'yes',
};

t.test('what was typed before a fresh sign-in is still in the form, and no password is', async (t) => {
  const browser = await oldBrowser();
  const asked = await post(browser, newAccount, { ...typed, password: secretPassword });
  t.equal(asked.status, 303);
  t.match(asked.headers.get('location'), 'max_age=780');
  t.notMatch(JSON.stringify((await server.store.dump()).entries), secretPassword);
  const form = await signInAgain(browser, asked);
  t.match(new URL(form.url).pathname, '/admin/accounts/new');
  t.match(form.body, 'your input is still here');
  t.match(form.body, 'value="grace"');
  t.match(form.body, 'value="Grace &lt;Hopper&gt;"');
  t.match(form.body, `value="${groupOf.support}"`);
  t.match(form.body, '&quot;nickname&quot;');
  t.notMatch(form.body, secretPassword);
  t.equal(await accounts.findByUsername('grace'), undefined, 'nothing was saved');

  const { searchParams } = new URL(form.url);
  const own = `${newAccount}?${searchParams}`;
  for (const [what, other, url] of [
    ['another administrator', await browserOf('second'), own],
    ['another form', browser, `${issuer}/admin/accounts/invite?${searchParams}`],
    ['an unknown id', browser, `${newAccount}?kept=${'x'.repeat(24)}`],
    ['no id', browser, `${newAccount}?kept=../account`],
  ] as const) {
    const { status, body } = await other.request(url);
    t.equal(status, 200, what);
    t.notMatch(body, /grace|still here/, what);
  }

  const saved = await browser.submit(form, { ...typed, password: secretPassword });
  t.match(saved.url, '?done=added');
  t.same((await accounts.findByUsername('grace'))?.groups, [groupOf.support]);
});

t.test('an edited account comes back with the version that it was opened with', async (t) => {
  const { id } = await server.addAccount({ username: 'edith' });
  const edit = `${issuer}/admin/accounts/${id}/edit`;
  const browser = await oldBrowser();
  const asked = await post(browser, edit, { username: 'edith', name: 'Edith', groups: groupOf.viewer });
  await accounts.update(id, { claims: { name: 'Someone else was here' } });
  const form = await signInAgain(browser, asked);
  t.match(form.body, 'value="Edith"');
  const conflict = await browser.submit(form, { username: 'edith', name: 'Edith', groups: groupOf.viewer });
  t.equal(conflict.status, 412);
  t.match(conflict.body, 'Someone else was here');
});

t.test('another address of an account needs a fresh sign-in: who reads the mail gets in', async (t) => {
  const { id } = await server.addAccount({
    username: 'frances',
    claims: { email: 'frances@example.com', nickname: 'Fran' },
  });
  const edit = `${issuer}/admin/accounts/${id}/edit`;
  const browser = await oldBrowser();
  const same = { username: 'frances', email: 'frances@example.com', claims: '{"nickname":"Frankie"}' };
  const renamed = await post(browser, edit, same);
  t.match(renamed.headers.get('location'), '?done=saved', 'another claim needs none');
  for (const change of [{ email: 'mallory@example.com' }, { email_verified: 'yes' }]) {
    const asked = await post(browser, edit, { ...same, ...change });
    t.match(asked.headers.get('location'), 'max_age=780', Object.keys(change).join());
  }
  const { claims } = (await accounts.find(id)) ?? {};
  t.same(
    [claims?.['email'], claims?.['email_verified'], claims?.['nickname']],
    ['frances@example.com', false, 'Frankie'],
  );
  const moved = { ...same, email: 'fra@example.com' };
  const form = await signInAgain(browser, await post(browser, edit, moved));
  await browser.submit(form, moved);
  t.equal((await accounts.find(id))?.claims['email'], 'fra@example.com');
});

t.test('so do invitations, groups and clients', async (t) => {
  const { client } = await clients.add({
    type: 'web',
    metadata: { client_name: 'Harbour', redirect_uris: [redirectUri] },
  });
  const forms = [
    [
      '/admin/accounts/invite',
      { email: 'ada@example.com', groups: groupOf.admin, hours: '24' },
      'ada@example.com',
    ],
    [
      `/admin/clients/${client.id}/edit`,
      { client_name: 'Pier', redirect_uris: redirectUri, more: '{"token_endpoint_auth_method":"none"}' },
      'Pier',
    ],
  ] as const;
  for (const [path, fields, shown] of forms) {
    const browser = await oldBrowser();
    const form = await signInAgain(browser, await post(browser, `${issuer}${path}`, fields));
    t.equal(new URL(form.url).pathname, path);
    t.match(form.body, 'your input is still here', path);
    t.match(form.body, `value="${shown}"`, path);
  }
});

t.test('a form that needed a fresh sign-in from the start keeps what was typed too', async (t) => {
  const path = `${issuer}/admin/new-client/web`;
  const browser = await oldBrowser();
  const { hidden } = formOf((await browser.request(`${issuer}/admin/groups/new`)).body);
  const asked = await browser.request(path, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, client_name: 'Late', redirect_uris: redirectUri }),
    headers: { origin: issuer },
  });
  const form = await signInAgain(browser, asked);
  t.match(form.body, 'value="Late"');
  t.match(form.body, redirectUri);
});
