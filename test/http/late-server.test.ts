import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import t from 'tap';
import { createLateServer } from '#src/http/late-server.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startInProcess, startServerProcess } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

/** Prints the address of each module that is loaded, on standard error. */
const trace = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`;

const requests = [
  ['GET', '/admin', 303],
  ['GET', '/admin/clients?q=a', 303],
  ['POST', '/admin/groups/new', 303],
  ['GET', '/admin/no/such/page', 404],
  ['GET', '/api/admin/v1/accounts', 401],
  ['POST', '/api/admin/v1/accounts', 401],
  ['DELETE', '/api/admin/v1/groups/staff', 401],
  ['GET', '/api/admin/v1/openapi.json', 200],
  ['HEAD', '/api/admin/v1/openapi.json', 200],
  ['GET', '/api/admin/v1/docs', 200],
  ['GET', '/.well-known/oauth-protected-resource/api/admin', 200],
  ['GET', '/account', 303],
  ['POST', '/account/password', 303],
  ['GET', '/account/callback', 400],
  ['GET', '/account/no/such/page', 404],
  // These need no session, and are there from the start.
  ['GET', '/account/deleted', 404],
  ['GET', '/account/invitation/none', 410],
] as const;

t.test(
  'a start loads nothing of the administration and the account pages, and their first requests are all answered',
  async (t) => {
    const server = await startServerProcess(t, {
      config: { log: { format: 'json' }, metrics: { enabled: true, token: 'of-the-scraper-here' } },
      nodeOptions: ['--import', `data:text/javascript,${encodeURIComponent(trace)}`],
    });
    const { url } = server;
    const late = [
      /src\/app\/administration-routes/,
      /src\/features\/console-\w+\//,
      /src\/features\/account-password\/password-pages/,
      /src\/services\/account-pages\/scope/,
    ];
    t.match(server.err(), /src\/app\/index\.ts/, 'the modules were traced');
    for (const module of late) t.notMatch(server.err(), module);

    const times = 10;
    const answers = await Promise.all(
      Array.from({ length: times }, () => requests)
        .flat()
        .map(async ([method, path, expected]) => {
          const form = new URLSearchParams({ name: 'staff' });
          const { status, headers } = await fetch(`${url}${path}`, {
            method,
            redirect: 'manual',
            ...(method === 'POST' && { body: form, headers: { origin: url } }),
          });
          return { method, path, status, expected, id: headers.get('x-request-id') };
        }),
    );
    for (const module of late) t.match(server.err(), module);
    t.same(
      answers.filter(({ status, expected }) => status !== expected),
      [],
    );
    // The rules of the port, such as the line of the log, hold once for each request.
    const lines = () => server.lines().filter(({ msg, route }) => msg === 'request' && route !== '/readyz');
    await waitFor('a line for each request', () => lines().length >= answers.length);
    t.same(
      lines()
        .map(({ correlation }) => correlation)
        .toSorted(),
      answers.map(({ id }) => id).toSorted(),
    );
    const metrics = await fetch(`${url}/metrics`, {
      headers: { authorization: 'Bearer of-the-scraper-here' },
    });
    t.match(await metrics.text(), new RegExp(`route="/admin/groups/new",status="303"} ${times}\\n`));
  },
);

t.test('the rules of the port hold, and other spellings of a path have no route', async (t) => {
  const { issuer, app } = await startInProcess(t, { admin: { enabled: true } });
  const { host } = new URL(issuer);
  const statusOf = async (target: string, headers: Readonly<Record<string, string>> = { Host: host }) =>
    (await sendRaw(issuer, rawRequest('GET', target, headers))).status;
  t.equal(await statusOf('/admin', { Host: 'other.example.com' }), 421);
  t.equal(await statusOf('/admin', { Host: host, Authorization: 'a', authorization: 'b' }), 400);
  t.equal(await statusOf('/admin/%zz'), 400);
  for (const path of [
    '/administration',
    '/Admin',
    '/admin/',
    '/%61dmin',
    '//admin',
    '/admin#',
    `${issuer}/admin`,
  ])
    t.equal(await statusOf(path), 404, path);
  const broken = 'POST /api/admin/v1/accounts HTTP/1.1\r\nContent-Type: ;\r\nContent-Length: 2\r\n';
  const { status, headers } = await sendRaw(issuer, `${broken}Connection: close\r\nHost: ${host}\r\n\r\n{}`);
  t.equal(status, 401, 'the token comes before the content');
  t.match(headers['x-request-id'], /^[\w-]{12}$/);
  t.equal(await app.administration(), await app.administration());
});

t.test('a caller that hangs up before the routes are there, and a stop, disturb nothing', async (t) => {
  const { issuer, app } = await startInProcess(t, { admin: { enabled: true } });
  const socket = connect(Number(new URL(issuer).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /api/admin/v1/accounts HTTP/1.1\r\nHost: ${new URL(issuer).host}\r\nContent-Length: 9\r\n\r\n{`,
  );
  socket.destroy();
  t.equal((await fetch(`${issuer}/api/admin/v1/openapi.json`)).status, 200);
  const administration = await app.administration();
  await app.close();
  await t.rejects(administration.inject('/admin'), /closed/);
});

t.test('routes that could not be loaded are loaded again with the next request', async (t) => {
  let attempts = 0;
  const closed: number[] = [];
  const late = createLateServer({
    paths: ['/late'],
    newServer: async () => {
      const attempt = ++attempts;
      return Fastify().addHook('onClose', async () => void closed.push(attempt));
    },
    routes: async (scope) => {
      if (attempts === 1) throw new Error('no file descriptor is left');
      scope.post('/late/:name', async ({ params, body }) => ({ params, body }));
    },
    answerError: (_error, _request, reply) => void reply.code(500).send('failed'),
  });
  const server = Fastify();
  await server.register(late.handOver);
  const address = await server.listen({ port: 0 });
  t.teardown(() => server.close());
  const send = () =>
    fetch(`${address}/late/a`, {
      method: 'POST',
      body: '{"b":1}',
      headers: { 'content-type': 'application/json' },
    });
  t.equal((await send()).status, 500);
  t.same(closed, [1]);
  const second = await send();
  t.same([second.status, await second.json()], [200, { params: { name: 'a' }, body: { b: 1 } }]);
  t.equal(attempts, 2);
  await late.close();
  t.same(closed, [1, 2]);
});

t.test('a server that was never built has nothing to close', async (t) => {
  const late = createLateServer({
    paths: ['/late'],
    newServer: async () => t.fail('it was built') as never,
    routes: async () => {},
    answerError: () => {},
  });
  await late.close();
});
