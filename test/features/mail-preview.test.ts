import t from 'tap';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  startInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const paths = [
  '/account/forgot',
  '/account/reset',
  `/account/reset/${'x'.repeat(43)}`,
  '/account/email',
  `/account/not-me/${'x'.repeat(43)}`,
  '/dev/mail',
];

const loginPage = async (issuer: string): Promise<string> => {
  const { body } = await new Browser().open(new RelyingParty(issuer).authorizationUrl(newVerifier()));
  return body;
};

t.test('without a mail server, production offers nothing that needs mail', async (t) => {
  const { accounts: _, ...config } = usualConfig;
  const server = await startServerProcess(t, {
    config: {
      ...config,
      clients: config.clients.map(({ client_secret: __, ...client }) => ({
        ...client,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
      })),
      mode: 'production',
      security: { key_encryption_key: Buffer.alloc(32, 9).toString('base64url') },
    },
  });
  t.match(await loginPage(server.url), 'login-submit');
  t.notMatch(await loginPage(server.url), /forgot/i);
  for (const path of paths) {
    const page = await new Browser().request(`${server.url}${path}`);
    t.equal(page.status, 404, path);
  }
});

t.test('in development without a mail server, /dev/mail shows what would have been sent', async (t) => {
  const server = await startInProcess(t, usualConfig);
  const claims = { email: 'grace@example.com', email_verified: true };
  await server.addAccount({ username: 'grace', password, claims });
  const browser = new Browser();
  const preview = () => browser.open(`${server.issuer}/dev/mail`);
  t.match((await preview()).body, 'There are no messages yet');
  t.match(await loginPage(server.issuer), 'href="/account/forgot"');
  const forgot = await browser.open(`${server.issuer}/account/forgot`);
  await browser.submit(forgot, { login: 'grace' });
  await waitFor('the message', async () => (await preview()).body.includes('grace@example.com'));
  const { body } = await preview();
  const [, link = ''] = /<a href="([^"]*\/account\/reset\/[^"]*)"/.exec(body) ?? [];
  t.equal((await browser.request(link)).status, 200, 'its link works');
});

t.test('with a mail server, development has no such page', async (t) => {
  const server = await startInProcess(t, {
    mail: { url: 'smtp://127.0.0.1:9', from: 'id@harbour.example' },
  });
  t.equal((await new Browser().request(`${server.issuer}/dev/mail`)).status, 404);
});
