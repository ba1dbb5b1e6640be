/** While less than twice the reserve of the store is free, no request for a message is stored. */
import t from 'tap';
import { sendForm } from '../console/console-server.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import { Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { startWithMail } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

t.test('a store that is nearly full gets no requests for messages', async (t) => {
  const redis = await startRedis({ args: ['--maxmemory', '1gb', '--maxmemory-policy', 'noeviction'] });
  t.teardown(() => redis.close());
  const { server } = await startWithMail(t, {
    store: { url: redis.url },
    security: {
      password: { memory_kib: 8192, passes: 1 },
      throttle: { mail_request_per_address: 0, mail_per_recipient: 0 },
    },
  });
  await server.addAccount({ username: 'grace', password });
  const browser = await signedInBrowser(server, 'grace');
  const forgot = () => sendForm(new Browser(), `${server.issuer}/account/forgot`, { login: 'grace' });
  const confirm = () =>
    sendForm(browser, `${server.issuer}/account/email`, { email: 'grace@example.com', password });
  t.equal((await forgot()).status, 303);
  t.equal((await confirm()).status, 303);

  const memory = String(await redisCommand(redis.port, 'info', 'memory'));
  const used = Number(/used_memory:(\d+)/.exec(memory)?.[1]);
  // The reserve is a fifth, so one and a half of it are free.
  await redisCommand(redis.port, 'config', 'set', 'maxmemory', String(Math.ceil(used / 0.7)));
  await waitFor('no link for a new password', async () => (await forgot()).status === 503);
  t.equal((await confirm()).status, 503, 'nor a link that confirms an address');
  t.equal((await browser.open(`${server.issuer}/account/email`)).status, 200, 'the page is shown');
});
