import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { waitFor } from '../support/redis-server.ts';
import { secret, usual } from '../support/relying-party.ts';
import { startServerProcess } from '../support/server-process.ts';

const token = 'the-token-of-the-scraper';

t.test('a request whose caller hangs up is logged and counted, as 499', async (t) => {
  const server = await startServerProcess({ config: { ...usual, metrics: { enabled: true, token } } });
  t.teardown(() => server.close());

  /** All of a request, or the first so many bytes of it, and then the connection is gone. */
  const hangUp = async (path: string, body: string, sent = body): Promise<void> => {
    const socket = connect(server.port, '127.0.0.1');
    const head = [
      `POST ${path} HTTP/1.1`,
      `host: localhost:${server.port}`,
      `authorization: Basic ${Buffer.from(`app:${secret}`).toString('base64')}`,
      `content-type: ${path.startsWith('/api') ? 'application/json' : 'application/x-www-form-urlencoded'}`,
      `content-length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${sent}`);
    await once(socket, 'connect');
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
  };
  await hangUp('/oauth/token', 'grant_type=client_credentials', 'grant_type=client');
  await hangUp('/api/v1/tokens', '{"authorization_code":"x"}', '{"authorization');

  const linesOf = (route: string) => server.lines().filter((line) => line['route'] === route);
  for (const route of ['/oauth/token', '/api/v1/tokens']) {
    await waitFor(`a line for ${route}`, () => linesOf(route).length > 0);
    t.match(linesOf(route), [{ msg: 'request', method: 'POST', status: 499, correlation: /^[\w-]{12}$/ }]);
  }
  t.equal(
    server
      .log()
      .split('\n')
      .filter((line) => /^\s*(at |Error)/.test(line)).length,
    0,
    'nothing but lines of JSON',
  );
  t.notOk(
    server.lines().some(({ level }) => Number(level) >= 40),
    'and no fault of the server',
  );
  const scraped = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const counted = [
    ...(await scraped.text()).matchAll(/^postern_http_requests_total.*status="499".* (\d+)$/gm),
  ];
  t.same(
    counted.map(([, count]) => count),
    ['1', '1'],
  );
});
