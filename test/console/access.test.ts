import t from 'tap';
import { followPages } from '../support/follow-pages.ts';
import { Browser, password, startInProcess } from '../support/setup/index.ts';
import { menuOf, startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t);

t.test('while the administration is off, the console does not exist', async (t) => {
  const off = await startInProcess(t, { admin: { enabled: false } });
  for (const path of ['/admin', '/admin/', '/admin/accounts'])
    t.equal((await new Browser().request(off.issuer + path)).status, 404, path);
});

t.test('without a session a page leads to the sign-in, which leads back to it', async (t) => {
  const browser = new Browser();
  const first = await browser.request(`${issuer}/admin?of=mine`);
  t.equal(first.status, 303);
  t.equal(first.headers.get('cache-control'), 'no-store');
  const { pathname, searchParams } = new URL(first.headers.get('location') ?? '', issuer);
  t.equal(pathname, '/oauth/authorize');
  t.equal(searchParams.get('client_id'), 'postern-account');
  const page = await followPages(browser, `${issuer}/admin?of=mine`, { login: 'viewer', password });
  t.equal(page.url, `${issuer}/admin?of=mine`);
  t.equal(page.status, 200);
  t.match(page.body, 'console-menu');
});

t.test('a page is kept nowhere and framed nowhere', async (t) => {
  const { headers } = await (await browserOf('viewer')).request(`${issuer}/admin`);
  t.equal(headers.get('cache-control'), 'no-store');
  t.match(headers.get('content-security-policy'), /frame-ancestors 'none'/);
  t.equal(headers.get('x-frame-options'), 'DENY');
});

t.test('a person without a role is refused, and learns no name of a group', async (t) => {
  const page = await (await browserOf('ada')).request(`${issuer}/admin`);
  t.equal(page.status, 403);
  t.match(page.body, '<strong>ada</strong>');
  t.match(page.body, 'console-sign-out');
  t.notMatch(page.body, 'postern-admins');
  t.notMatch(page.body, 'console-menu');
});

t.test('in development the refusal says how to make an administrator', async (t) => {
  const folder = t.testdir();
  const { issuer: own, browserOf: inOwn } = await startConsole(t, {
    store: { url: `sqlite:${folder}/postern.db` },
  });
  const page = await (await inOwn('ada')).request(`${own}/admin`);
  t.equal(page.status, 403);
  t.match(page.body, '<code>npx postern admin invite you@example.com</code>');
  t.match(page.body, 'This server runs in development.');
  const withoutStore = await (await browserOf('ada')).request(`${issuer}/admin`);
  t.notMatch(withoutStore.body, 'admin invite', 'a command can not open the memory of a server');
});

t.test('a token of the API opens no page', async (t) => {
  const page = await new Browser({ authorization: 'Bearer x' }).request(`${issuer}/admin`);
  t.equal(page.status, 303);
});

t.test('the role is read with each request', async (t) => {
  const browser = await browserOf('support');
  t.equal((await browser.request(`${issuer}/admin`)).status, 200);
  const { accounts } = server.app.services;
  const { id = '', groups = [] } = (await accounts.findByUsername('support')) ?? {};
  await accounts.update(id, { groups: [] }, { mayChangeRoles: true });
  t.equal((await browser.request(`${issuer}/admin`)).status, 403);
  await accounts.update(id, { groups: [...groups] }, { mayChangeRoles: true });
  t.equal((await browser.request(`${issuer}/admin`)).status, 200);
  await accounts.disable(id);
  t.equal((await browser.request(`${issuer}/admin`)).status, 303, 'a disabled account has no session');
  await accounts.enable(id);
});

t.test('the page says who is signed in, and in which role', async (t) => {
  for (const [role, name] of [
    ['viewer', 'Viewer'],
    ['admin', 'Administrator'],
  ] as const) {
    const page = await (await browserOf(role)).request(`${issuer}/admin`);
    t.match(page.body, `${role} <span class="badge">${name}</span>`);
    t.ok(menuOf(page).includes('/admin'));
  }
});

t.test('the pages have three languages', async (t) => {
  const browser = await browserOf('viewer');
  for (const [tag, text] of [
    ['en', 'You can see everything here'],
    ['de', 'Sie können hier alles sehen'],
    ['pl', 'Możesz tu wszystko zobaczyć'],
  ] as const)
    t.match((await browser.request(`${issuer}/admin?lang=${tag}`)).body, text);
});

t.test('admin.required_acr asks for a stronger sign-in', async (t) => {
  const strict = await startConsole(t, {
    admin: { enabled: true, required_acr: 'strong' },
    security: { acr_values: ['weak', 'strong'] },
  });
  const weak = await (await strict.browserOf('admin')).request(`${strict.issuer}/admin`);
  t.equal(weak.status, 303);
  t.equal(new URL(weak.headers.get('location') ?? '', issuer).searchParams.get('acr_values'), 'strong');
  const strong = await strict.browserOf('admin', { acr: 'strong' });
  t.equal((await strong.request(`${strict.issuer}/admin`)).status, 200);
});
