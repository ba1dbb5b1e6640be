import { createServer, type RequestListener } from 'node:http';
import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { createFetch } from '#src/provider/outgoing/fetch.ts';

const security = { outbound: { allowed_networks: [] } };
const abroad = createFetch({ mode: 'production', security });
const atHome = createFetch({ mode: 'development', security });

const serve = async (listener: RequestListener) => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}/`, close };
};

t.test('no spelling of a private address is connected to', async (t) => {
  let asked = 0;
  const server = await serve((_request, response) => {
    asked += 1;
    response.end('{}');
  });
  t.teardown(server.close);
  const { port } = new URL(server.url);
  const addresses = [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://localhost:${port}/`,
    `https://2130706433:${port}/`,
    `https://0x7f.1:${port}/`,
    `https://[::1]:${port}/`,
    `https://[::]:${port}/`,
    `https://[::ffff:127.0.0.1]:${port}/`,
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://192.168.0.1/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://user:password@id.example/',
    'file:///etc/passwd',
    'data:application/json,{}',
  ];
  for (const address of addresses)
    await t.rejects(abroad(address), { message: /may not be fetched/ }, address);
  t.equal(asked, 0);
});

t.test('in development private addresses may be fetched, but only by http and https', async (t) => {
  const server = await serve((request, response) => {
    response.setHeader('cache-control', 'max-age=5');
    response.end(`${request.method} ${request.headers['content-type']}`);
  });
  t.teardown(server.close);
  const answer = await atHome(server.url, {
    method: 'POST',
    headers: { 'content-type': 'text/x' },
    body: 'hello',
  });
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('cache-control'), 'max-age=5');
  t.equal(await answer.text(), 'POST text/x');
  await t.rejects(atHome('file:///etc/passwd'));
});

t.test('the checked address is the one connected to, even when DNS changes (CWE-367)', async (t) => {
  let asked = 0;
  const server = await serve((_request, response) => {
    asked += 1;
    response.end('{}');
  });
  t.teardown(server.close);
  const { port } = new URL(server.url);
  const metadata = { address: '169.254.169.254', family: 4 };
  const neighbour = { address: '127.0.0.1', family: 4 };
  const answers = [[neighbour], [metadata], [neighbour, metadata], []];
  const names: string[] = [];
  const recorded: SecurityEvent[] = [];
  const fetch = createFetch(
    { mode: 'development', security },
    {
      events: { emit: (event) => recorded.push(event) },
      resolve(hostname, _options, callback) {
        names.push(hostname);
        callback(null, answers.shift() ?? [metadata]);
      },
    },
  );
  const url = `http://rebinding.example:${port}/`;
  t.equal((await fetch(url)).status, 200);
  t.equal(names.length, 1, 'a name is looked up once');
  for (const what of ['another address', 'one of two addresses', 'no address']) {
    await t.rejects(fetch(url), { message: /may not be fetched/ }, what);
  }
  t.equal(asked, 1);
  t.equal(recorded.length, 3);
  t.match(recorded[0], { type: 'fetch.refused', details: { host: 'rebinding.example' } });
});

t.test('the size of a response is limited', async (t) => {
  const server = await serve((_request, response) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more);
    };
    more();
  });
  t.teardown(server.close);
  await t.rejects(atHome(server.url), { message: /larger than/ });
});

t.test('the time of a response is limited, however slowly it arrives', async (t) => {
  const server = await serve((_request, response) => {
    const drip = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(drip));
  });
  t.teardown(server.close);
  await t.rejects(atHome(server.url));
});

t.test('a redirect is returned, not followed', async (t) => {
  const server = await serve((_request, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  });
  t.teardown(server.close);
  const answer = await atHome(server.url);
  t.equal(answer.status, 302);
});
