import t from 'tap';
import { createManualClock, replaceDateNow } from '../support/clocks.ts';
import { Browser, type Page, startInProcess, type TestServer } from '../support/setup/index.ts';

// Fails without src/provider/overrides/client-grant-type.ts.
// Fails without src/provider/overrides/device-user-code.ts.
// Fails without src/provider/overrides/poll-rate.ts.

const grant = 'urn:ietf:params:oauth:grant-type:device_code';

const config = {
  accounts: [{ username: 'ada', password: 'correct horse battery', email: 'ada@example.com' }],
  clients: [
    {
      client_id: 'tv',
      client_name: 'The Television',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [grant, 'refresh_token'],
      response_types: [],
    },
    {
      client_id: 'other-tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [grant],
      response_types: [],
    },
    {
      client_id: 'web',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://localhost:4999/callback'],
    },
  ],
  security: { password: { memory_kib: 8192, passes: 1 }, throttle: { device_per_address: 12 } },
};

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const post = async (url: string, fields: Readonly<Record<string, string>>): Promise<Answer> => {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  // Every response of these endpoints is a JSON object.
  return { status: response.status, body: (await response.json()) as Answer['body'] };
};

const begin = async ({ issuer }: TestServer, scope = 'openid email', more: Record<string, string> = {}) => {
  const fields = { client_id: 'tv', scope, ...more };
  const { status, body } = await post(`${issuer}/oauth/device_authorization`, fields);
  return {
    status,
    body,
    deviceCode: String(body['device_code']),
    userCode: String(body['user_code']),
  };
};

const poll = ({ issuer }: TestServer, deviceCode: string, client = 'tv'): Promise<Answer> =>
  post(`${issuer}/oauth/token`, { grant_type: grant, client_id: client, device_code: deviceCode });

const enter = async (server: TestServer, browser: Browser, userCode: string): Promise<Page> => {
  const page = await browser.open(`${server.issuer}/oauth/device`);
  return browser.submit(page, { user_code: userCode });
};

const signIn = async (browser: Browser, login: Page): Promise<Page> => {
  const next = await browser.submit(login, { login: 'ada', password: 'correct horse battery' });
  return next.body.includes('consent-allow') ? browser.submit(next, { decision: 'allow' }) : next;
};

t.test('the device authorization request is answered (RFC 8628 §3.1)', async (t) => {
  const server = await startInProcess(t, config);
  const ask = (fields: Record<string, string>) => post(`${server.issuer}/oauth/device_authorization`, fields);

  t.match(await ask({}), { status: 400, body: { error: 'invalid_request' } }, 'nobody');
  t.match(await ask({ client_id: 'nobody' }), { status: 401, body: { error: 'invalid_client' } }, 'unknown');
  t.match(
    await ask({ client_id: 'web' }),
    { status: 400, body: { error: 'unauthorized_client' } },
    'not its grant',
  );
  const { status, body } = await begin(server);
  t.equal(status, 200);
  t.match(body, {
    user_code: /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/,
    verification_uri: `${server.issuer}/oauth/device`,
    verification_uri_complete: `${server.issuer}/oauth/device?user_code=${body['user_code']}`,
    expires_in: 600,
    interval: 5,
  });
  const metadata = await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json();
  t.match(metadata, { device_authorization_endpoint: `${server.issuer}/oauth/device_authorization` });
});

t.test('polling is answered (RFC 8628 §3.5)', async (t) => {
  const clock = createManualClock(Date.now());
  const roundTrips: string[] = [];
  const server = await startInProcess(t, config, {
    clock,
    observe: (operation) => {
      // Limits are counted in the background.
      if (operation !== 'tally') roundTrips.push(operation);
    },
  });

  await t.test('an unknown device code is invalid_grant, as is that of another client', async (t) => {
    t.match(await poll(server, 'x'.repeat(43)), { status: 400, body: { error: 'invalid_grant' } });
    t.match(await poll(server, ''), { status: 400, body: { error: 'invalid_request' } });
    t.match(await poll(server, `${'ü'.repeat(30)}`), { status: 400, body: { error: 'invalid_grant' } });
    const { deviceCode } = await begin(server);
    t.match(await poll(server, deviceCode, 'other-tv'), { status: 400, body: { error: 'invalid_grant' } });
    t.match(
      await poll(server, deviceCode),
      { body: { error: 'authorization_pending' } },
      'which did not cost the owner a poll',
    );
  });

  await t.test(
    'polling too fast is slow_down, and the interval grows by five seconds each time',
    async (t) => {
      const { deviceCode } = await begin(server);
      roundTrips.length = 0;
      t.match(await poll(server, deviceCode), { status: 400, body: { error: 'authorization_pending' } });
      t.same(roundTrips, ['read', 'commit'], 'a poll is one read and one commit');
      t.match(await poll(server, deviceCode), { status: 400, body: { error: 'slow_down' } });
      clock.advance(5_000);
      t.match(await poll(server, deviceCode), { body: { error: 'slow_down' } }, 'five seconds are ten now');
      clock.advance(10_000);
      t.match(await poll(server, deviceCode), { body: { error: 'slow_down' } }, 'and then fifteen');
      clock.advance(20_000);
      t.match(await poll(server, deviceCode), { body: { error: 'authorization_pending' } });
    },
  );

  await t.test('of concurrent polls, one is in time', async (t) => {
    const { deviceCode } = await begin(server);
    const answers = await Promise.all(Array.from({ length: 8 }, () => poll(server, deviceCode)));
    const errors = answers.map(({ body }) => body['error']);
    t.equal(errors.filter((error) => error === 'authorization_pending').length, 1);
    t.equal(errors.filter((error) => error === 'slow_down').length, 7);
  });
});

t.test('a device code expires (RFC 8628 §3.5)', async (t) => {
  const server = await startInProcess(
    t,
    { ...config, tokens: { device_code_ttl: 60, device_interval: 1 } },
    { clock: Date },
  );
  const { deviceCode, userCode } = await begin(server);
  const { now } = Date;
  replaceDateNow(t, () => now() + 61_000);
  t.match(await poll(server, deviceCode), { status: 400, body: { error: 'expired_token' } });
  const page = await enter(server, new Browser(), userCode);
  t.match(page, { status: 422, body: /expired/ });
});

t.test('the page for entering a code is safe (RFC 8628 §3.3)', async (t) => {
  const server = await startInProcess(t, config);

  await t.test('an empty, malformed or wrong code is refused on the same page', async (t) => {
    const browser = new Browser();
    const page = await browser.open(`${server.issuer}/oauth/device`);
    t.equal(page.status, 200);
    t.match(page.headers.get('content-security-policy') ?? '', "form-action 'self'");
    t.equal(page.headers.get('cache-control'), 'no-store');
    const empty = await browser.submit(page, { user_code: '' });
    t.match(empty, { status: 422, body: /aria-invalid="true"/ });
    const wrong = await browser.submit(empty, { user_code: '"><script>BCDF' });
    t.equal(wrong.status, 422);
    t.match(wrong.body, 'value="&quot;&gt;&lt;script&gt;BCDF"');
    t.notMatch(wrong.body, '<script>BCDF');
    const { userCode } = await begin(server);
    const right = await browser.submit(wrong, { user_code: ` ${userCode.toLowerCase().replace('-', ' ')} ` });
    t.match(right, { status: 200, body: /device-approve/ }, 'case, spaces and dash do not matter');
    t.match(right.body, userCode);
    t.match(right.body, 'The Television');
  });

  await t.test("a form without this browser's CSRF token is refused (§5.4)", async (t) => {
    const { userCode, deviceCode } = await begin(server);
    const response = await fetch(`${server.issuer}/oauth/device`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams({ user_code: userCode, confirm: 'yes', xsrf: 'guessed' }),
      redirect: 'manual',
    });
    t.equal(response.status, 303, 'also from a browser without any session: the form is shown anew');
    t.equal(response.headers.get('location'), `/oauth/device?again=yes&user_code=${userCode}`);
    t.same(response.headers.getSetCookie(), []);
    t.match(await poll(server, deviceCode), { body: { error: 'authorization_pending' } });
  });

  await t.test('verification_uri_complete fills the field in, and submits nothing (§3.3.1)', async (t) => {
    const { userCode, body } = await begin(server);
    const browser = new Browser();
    const page = await browser.open(String(body['verification_uri_complete']));
    t.match(page.body, `value="${userCode}"`);
    t.notMatch(page.body, 'data-auto-submit');
    t.match(await browser.submit(page, { user_code: userCode }), { body: /device-approve/ });
    const odd = await browser.open(`${server.issuer}/oauth/device?user_code=a&user_code=b`);
    t.equal(odd.status, 200);
    t.match(odd.body, /device-submit/, 'two codes are as good as the first one');
  });
});

t.test('codes entered from one address are limited (RFC 8628 §5.1)', async (t) => {
  const server = await startInProcess(t, {
    ...config,
    security: { ...config.security, throttle: { device_per_address: 3 } },
  });
  const browser = new Browser();
  let page = await browser.open(`${server.issuer}/oauth/device`);
  for (let guess = 0; guess < 3; guess++) {
    page = await browser.submit(page, { user_code: 'BBBB-BBBB', confirm: 'yes' });
    t.equal(page.status, 422);
  }
  const { userCode } = await begin(server);
  const throttled = await browser.submit(page, { user_code: userCode, confirm: 'yes' });
  t.equal(throttled.status, 429, 'the right one too');
  t.equal(throttled.headers.get('retry-after'), '60');
  t.match(throttled.body, /Too many attempts/);
});

t.test('an approved device gets tokens (RFC 8628 §3.4)', async (t) => {
  const server = await startInProcess(t, {
    ...config,
    security: { ...config.security, acr_values: ['low', 'high'] },
    tokens: { device_interval: 1 },
  });

  await t.test('a person signs in, consents, and the device has its tokens once', async (t) => {
    const { userCode, deviceCode } = await begin(server, 'openid email offline_access');
    const browser = new Browser();
    const login = await browser.submit(await enter(server, browser, userCode), {});
    t.match(login.body, 'login-submit');
    const done = await signIn(browser, login);
    t.match(done, { status: 200, body: /Device connected/ });

    const again = await enter(server, new Browser(), userCode);
    t.match(again, { status: 422, body: /already used/ }, 'the code is spent');

    const answers = await Promise.all(Array.from({ length: 6 }, () => poll(server, deviceCode)));
    const won = answers.filter(({ status }) => status === 200);
    t.equal(won.length, 1, 'of six redemptions at once, one has tokens');
    t.match(answers.find(({ status }) => status !== 200)?.body, { error: 'invalid_grant' });
    t.match(won[0]?.body, {
      access_token: String,
      id_token: String,
      refresh_token: String,
      token_type: 'Bearer',
    });
  });

  await t.test('Deny is access_denied, and Cancel on the consent page as well', async (t) => {
    const first = await begin(server);
    const browser = new Browser();
    const denied = await browser.submit(await enter(server, browser, first.userCode), { abort: 'yes' });
    t.match(denied, { status: 200, body: /Device not connected/ });
    t.match(await poll(server, first.deviceCode), { status: 400, body: { error: 'access_denied' } });
    t.match(await poll(server, first.deviceCode), { body: { error: 'access_denied' } }, 'for good');

    const second = await begin(server, 'openid profile');
    const login = await browser.submit(await enter(server, browser, second.userCode), {});
    const consent = await browser.submit(login, { login: 'ada', password: 'correct horse battery' });
    const cancelled = await browser.submit(consent, { decision: 'deny' });
    t.match(cancelled, { status: 200, body: /Device not connected/ });
    t.match(await poll(server, second.deviceCode), { status: 400, body: { error: 'access_denied' } });
  });

  await t.test('a request that ends with an error page ends for the device as well', async (t) => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'high' } } });
    const { deviceCode, userCode } = await begin(server, 'openid', { claims });
    const browser = new Browser();
    const login = await browser.submit(await enter(server, browser, userCode), {});
    const refused = await browser.submit(login, { login: 'ada', password: 'correct horse battery' });
    t.equal(refused.status, 400);
    t.match(await poll(server, deviceCode), {
      status: 400,
      body: { error: 'unmet_authentication_requirements' },
    });
  });

  await t.test('of two people who approve the same code, the first one counts', async (t) => {
    const { userCode, deviceCode } = await begin(server, 'openid');
    const one = new Browser();
    const other = new Browser();
    const [atOne, atOther] = [await enter(server, one, userCode), await enter(server, other, userCode)];
    const pages = await Promise.all([one.submit(atOne, {}), other.submit(atOther, {})]);
    const going = pages
      .map((page, at) => ({ page, browser: at === 0 ? one : other }))
      .filter(({ page }) => page.body.includes('login-submit'));
    t.ok(going.length >= 1);
    const ends = await Promise.all(going.map(({ page, browser }) => signIn(browser, page)));
    t.equal(ends.filter(({ body }) => body.includes('Device connected')).length, 1);
    t.equal((await poll(server, deviceCode)).status, 200);
  });
});

t.test('a device code that is used twice ends its tokens, also at the same moment', async (t) => {
  const server = await startInProcess(t, { ...config, tokens: { device_interval: 1 } });
  for (const isAtOnce of [true, true, true, true, false]) {
    const { userCode, deviceCode } = await begin(server, 'openid offline_access');
    const browser = new Browser();
    await signIn(browser, await browser.submit(await enter(server, browser, userCode), {}));
    const answers = isAtOnce
      ? await Promise.all([poll(server, deviceCode), poll(server, deviceCode)])
      : [await poll(server, deviceCode), await poll(server, deviceCode)];
    t.strictSame(answers.map(({ status }) => status).sort(), [200, 400]);
    const refreshed = await post(`${server.issuer}/oauth/token`, {
      client_id: 'tv',
      grant_type: 'refresh_token',
      refresh_token: String(answers.find(({ status }) => status === 200)?.body['refresh_token']),
    });
    t.match(refreshed, { status: 400, body: { error: 'invalid_grant' } }, `at once: ${isAtOnce}`);
  }
});
