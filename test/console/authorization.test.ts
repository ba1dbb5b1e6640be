import t from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { Browser, formOf } from '../support/setup/index.ts';
import { startConsole } from './console-server.ts';

const all = ['viewer', 'support', 'admin'];
const support = ['support', 'admin'];
const admin = ['admin'];

/** What each role may open and send. Whatever isn't here is refused. */
const table: readonly (readonly [methods: string, path: string, roles: readonly string[]])[] = [
  ['GET', '/admin', all],
  ['GET', '/admin/accounts', all],
  ['GET POST', '/admin/accounts/new', admin],
  ['GET POST', '/admin/accounts/invite', admin],
  ['GET', '/admin/invitations', all],
  ['GET POST', '/admin/invitations/:id', admin],
  ['GET', '/admin/accounts/:id', all],
  ['GET POST', '/admin/accounts/:id/edit', admin],
  ['GET POST', '/admin/accounts/:id/disable', support],
  ['GET POST', '/admin/accounts/:id/enable', support],
  ['GET POST', '/admin/accounts/:id/unlock', support],
  ['GET POST', '/admin/accounts/:id/reset-mail', support],
  ['GET POST', '/admin/accounts/:id/sign-out', support],
  ['GET POST', '/admin/accounts/:id/remove', admin],
  ['GET POST', '/admin/accounts/:id/recovery-link', admin],
  ['GET POST', '/admin/accounts/:id/factors/:factor', admin],
  ['GET POST', '/admin/accounts/:id/apps/:client', support],
  ['GET', '/admin/clients', all],
  ['GET', '/admin/clients/:id', all],
  ['GET POST', '/admin/clients/:id/edit', admin],
  ['GET POST', '/admin/clients/:id/env', admin],
  ['GET POST', '/admin/clients/:id/logo', admin],
  ['GET', '/admin/clients/:id/secrets', all],
  ['POST', '/admin/clients/:id/secrets', admin],
  ['GET POST', '/admin/clients/:id/secrets/:name', admin],
  ['GET POST', '/admin/clients/:id/stop', admin],
  ['GET POST', '/admin/clients/:id/start', admin],
  ['GET POST', '/admin/clients/:id/remove', admin],
  ['GET', '/admin/new-client', admin],
  ['GET POST', '/admin/new-client/:type', admin],
  ['GET POST', '/admin/new-client/application/:name', admin],
  ['GET', '/admin/branding', all],
  ['GET POST', '/admin/branding/:image', admin],
  ['GET', '/admin/keys', all],
  ['GET POST', '/admin/keys/rotate', admin],
  ['GET POST', '/admin/keys/:kid/remove', admin],
  ['GET', '/admin/audit', all],
  ['GET', '/admin/audit/export', all],
  ['GET', '/admin/outbox', all],
  ['GET POST', '/admin/outbox/requests/:id/retry', admin],
  ['GET POST', '/admin/outbox/requests/:id/drop', admin],
  ['GET POST', '/admin/outbox/mail/:id/retry', admin],
  ['GET POST', '/admin/outbox/mail/:id/drop', admin],
  ['GET', '/admin/health', all],
  ['GET', '/admin/groups', all],
  ['GET POST', '/admin/groups/new', admin],
  ['GET', '/admin/groups/:name', all],
  ['GET POST', '/admin/groups/:name/edit', admin],
  ['GET POST', '/admin/groups/:name/add', admin],
  ['GET POST', '/admin/groups/:name/members/:account', admin],
  ['GET POST', '/admin/groups/:name/remove', admin],
  ['GET', '/admin/sessions', all],
  ['GET POST', '/admin/sessions/:id', support],
];

const requests = table.flatMap(([methods, path, roles]) =>
  methods.split(' ').map((method) => ({ method, path, roles })),
);

/** Nothing has such a name, so a request that is let through changes nothing. */
const concrete = (path: string): string => path.replaceAll(/:\w+/g, 'none-of-this-name');

const { server, issuer, browserOf } = await startConsole(t);

/** Reads the tree that Fastify prints. */
const routesBelow = async (prefix: string): Promise<readonly string[]> => {
  const parents: string[] = [];
  return (await server.app.administration())
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', name = '', methods = ''] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?/.exec(line) ?? [];
      const depth = indent.length / 4;
      const path = `${depth === 0 ? '' : (parents[depth - 1] ?? '')}${name}`;
      parents[depth] = path;
      if (path !== prefix && !path.startsWith(`${prefix}/`)) return [];
      return methods
        .split(', ')
        .filter((method) => method !== '' && method !== 'HEAD')
        .map((method) => `${method} ${path}`);
    });
};

t.test('the table has every page of the console', async (t) => {
  const listed = requests.map(({ method, path }) => `${method} ${path}`);
  t.same((await routesBelow('/admin')).toSorted(), listed.toSorted());
});

const send = (browser: Browser, method: string, path: string) =>
  browser.request(issuer + concrete(path), {
    method,
    ...(method === 'POST' && { body: new URLSearchParams({ csrf: 'x' }), headers: { origin: issuer } }),
  });

t.test('each role may open and send what its lines say, and nothing else', async (t) => {
  const wrong: string[] = [];
  for (const role of Object.keys(groupOf)) {
    const browser = await browserOf(role);
    for (const { method, path, roles } of requests) {
      const { status, body } = await send(browser, method, path);
      const isRefused = status === 403 && body.includes('insufficient_scope');
      if (isRefused === roles.includes(role)) wrong.push(`${role}: ${method} ${path}: ${status}`);
    }
  }
  t.same(wrong, []);
});

t.test('support opens no form that changes an account with a role, or ends what it has', async (t) => {
  const { accounts, passkeys, sessions } = server.app.services;
  const { id = '' } = (await accounts.findByUsername('admin')) ?? {};
  await browserOf('admin');
  const [session] = (await sessions.list(id)).items;
  const forms = requests.flatMap(({ method, path, roles }) => {
    if (!roles.includes('support')) return [];
    if (path.startsWith('/admin/accounts/:id/'))
      return [{ method, path: path.replace(':id', id).replace(':client', 'console') }];
    return path === '/admin/sessions/:id' ? [{ method, path: `/admin/sessions/${session?.id}` }] : [];
  });
  t.equal(forms.length, 14);
  const browser = await browserOf('support');
  const ada = (await accounts.findByUsername('ada'))?.id;
  const { hidden } = formOf((await browser.request(`${issuer}/admin/accounts/${ada}/unlock`)).body);
  const before = JSON.stringify([await accounts.find(id), await sessions.list(id), await passkeys.list(id)]);
  const wrong: string[] = [];
  for (const { method, path } of forms) {
    const { status, body } = await browser.request(issuer + path, {
      method,
      ...(method === 'POST' && { body: new URLSearchParams(hidden), headers: { origin: issuer } }),
    });
    if (status !== 403 || !body.includes('insufficient_scope')) wrong.push(`${method} ${path}: ${status}`);
  }
  t.same(wrong, []);
  const after = JSON.stringify([await accounts.find(id), await sessions.list(id), await passkeys.list(id)]);
  t.equal(after, before, 'nothing was changed or ended');
  const page = await browser.request(`${issuer}/admin/accounts/${id}`);
  t.notMatch(page.body, /session-end|account-(?:sign-out|unlock|disable|reset-mail)/, 'nor is one offered');
  t.notMatch((await browser.request(`${issuer}/admin/sessions?account=${id}`)).body, 'session-end');
  const own = await (await browserOf('admin')).request(`${issuer}/admin/sessions?account=${id}`);
  t.match(own.body, 'session-end', 'an administrator ends it');
});

t.test('no form is accepted without its CSRF token', async (t) => {
  const browser = await browserOf('admin');
  const wrong: string[] = [];
  for (const { method, path } of requests.filter(({ method }) => method === 'POST')) {
    const { status, body } = await send(browser, method, path);
    if (status !== 403 || !body.includes('form_expired')) wrong.push(`${path}: ${status}`);
  }
  t.same(wrong, []);
});

t.test('people without a session or a role see nothing', async (t) => {
  const wrong: string[] = [];
  const others = {
    'no session': [new Browser(), 303],
    'a token of the API': [new Browser({ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }), 303],
    'no role': [await browserOf('ada'), 403],
    'a session that ended': [await browserOf('viewer', { ago: 365 * 86_400 }), 303],
  } as const;
  const { accounts } = server.app.services;
  const { id = '' } = (await accounts.findByUsername('viewer')) ?? {};
  await accounts.signOut(id);
  for (const [who, [browser, expected]] of Object.entries(others))
    for (const { method, path } of requests) {
      const { status, body } = await send(browser, method, path);
      if (status !== expected || body.includes('console-menu'))
        wrong.push(`${who}: ${method} ${path}: ${status}`);
    }
  t.same(wrong, []);
});
