import { generateKeyPairSync } from 'node:crypto';
import t, { type Test } from 'tap';
import { type FakeApple, startFakeApple } from '../support/fake-apple.ts';
import {
  Browser,
  formOf,
  type Page,
  redirectParameters,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin } from '../support/upstream-sign-in.ts';

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}) => {
  const apple = await startFakeApple(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    upstreams: [
      {
        id: 'apple',
        name: 'Apple',
        preset: 'apple',
        issuer: apple.issuer,
        client_id: apple.clientId,
        client_secret: apple.privateKey,
        apple: { team_id: apple.teamId, key_id: apple.keyId },
        create: true,
        link: 'never',
        ...more,
      },
    ],
  });
  return { apple, server };
};

/** Posts the form of Apple's page, as a browser does for another site: without cookies of this server. */
const postFrom = async (apple: FakeApple, page: Page, change = (_form: URLSearchParams): void => {}) => {
  const { action, hidden } = formOf(page.body);
  const body = new URLSearchParams(hidden);
  change(body);
  return new Browser().request(action, { method: 'POST', body, headers: { origin: apple.issuer } });
};

const signIn = async (
  { apple, server }: { readonly apple: FakeApple; readonly server: TestServer },
  change?: (form: URLSearchParams) => void,
): Promise<Page> => {
  const browser = new Browser();
  const login = await openLogin(server.issuer, { browser });
  const there = await new Browser().request(locationOf(await browser.request(`${login.url}?with=apple`)));
  const posted = await postFrom(apple, there, change);
  return browser.open(new URL(locationOf(posted), server.issuer).href);
};

const accountOf = async ({ app, events }: TestServer) => {
  const { account = '' } = events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  return app.services.accounts.find(account);
};

t.test('a secret that is signed by another key is refused there, and says so here', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const stage = await open(t, { client_secret: privateKey });
  t.match(await signIn(stage), { status: 400, body: 'was invalid' });
  t.match(stage.apple.refusal, 'signature');
  t.match(stage.server.events.filter(({ type }) => type === 'sign-in').at(-1), {
    reason: 'upstream_invalid',
    details: { error: 'invalid_client' },
  });
});

t.test('another key id or team is refused there', async (t) => {
  for (const apple of [
    { team_id: 'OTHER', key_id: 'KEY1234567' },
    { team_id: 'TEAM123456', key_id: 'OTHER' },
  ]) {
    const stage = await open(t, { apple });
    t.equal((await signIn(stage)).status, 400);
    t.match(stage.apple.refusal, /iss|kid/);
  }
});

t.test('a form from another site starts no session', async (t) => {
  const stage = await open(t);
  const { apple, server } = stage;
  const attacker = await openLogin(server.issuer, { browser: new Browser() });
  t.equal(attacker.status, 200);
  const browser = new Browser();
  const login = await openLogin(server.issuer, { browser });
  const there = await new Browser().request(locationOf(await browser.request(`${login.url}?with=apple`)));
  const posted = await postFrom(apple, there);
  t.equal(posted.status, 303, 'the form becomes a GET');
  t.equal(posted.headers.get('set-cookie'), null);
  const to = new URL(locationOf(posted), server.issuer).href;
  t.equal((await new Browser().open(to)).status, 400, 'in a browser that began nothing');
  t.match(await signIn(stage, (form) => form.set('state', `${form.get('state')}x`)), { status: 400 });
  t.match(await signIn(stage, (form) => form.set('code', 'other')), { status: 400 });
  t.match(await signIn(stage, (form) => form.append('code', 'second')), { status: 400 });
});

t.test('a person signs in, and the name that comes once stays', async (t) => {
  const stage = await open(t);
  const { apple, server } = stage;
  apple.user = JSON.stringify({
    name: { firstName: 'Grace', lastName: 'Hopper' },
    email: 'owner@elsewhere.example',
  });
  t.ok(redirectParameters(await signIn(stage)).get('code'));
  t.match(Object.fromEntries(apple.request), {
    response_mode: 'form_post',
    response_type: 'code',
    scope: 'openid name email',
  });
  const first = await accountOf(server);
  t.match(first?.claims, {
    name: 'Grace Hopper',
    given_name: 'Grace',
    family_name: 'Hopper',
    email: 'x1@privaterelay.example',
    email_verified: true,
  });

  apple.user = undefined;
  t.ok(redirectParameters(await signIn(stage)).get('code'));
  const again = await accountOf(server);
  t.equal(again?.id, first?.id);
  t.equal(again?.claims['name'], 'Grace Hopper');
});

t.test('what comes beside the response is a name and nothing else', async (t) => {
  const stage = await open(t);
  const texts = [
    'no JSON',
    'null',
    '[]',
    '{"name":"Grace"}',
    '{"name":{"firstName":7,"lastName":["x"]}}',
    JSON.stringify({ sub: '001.other', email: 'a@b.example', email_verified: true, groups: ['staff'] }),
    JSON.stringify({ name: { firstName: 'x'.repeat(600) } }),
  ];
  for (const [at, user] of texts.entries()) {
    stage.apple.person = { sub: `00${at}.b`, email: `x${at}@relay.example`, email_verified: true };
    stage.apple.user = user;
    t.ok(redirectParameters(await signIn(stage)).get('code'), user.slice(0, 60));
    const { claims, groups } = (await accountOf(stage.server)) ?? {};
    t.equal(claims?.['email'], `x${at}@relay.example`);
    t.strictSame([claims?.['name'], claims?.['given_name'], groups], [undefined, undefined, []]);
  }
});

t.test('an address that Apple has not verified is not verified here', async (t) => {
  const stage = await open(t);
  for (const [at, verified] of ['false', false, 'TRUE', '1'].entries()) {
    stage.apple.person = { sub: `00${at}.c`, email: `y${at}@relay.example`, email_verified: verified };
    await signIn(stage);
    t.equal((await accountOf(stage.server))?.claims['email_verified'], false, String(verified));
  }
});
