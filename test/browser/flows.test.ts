import type { BrowserContext } from 'playwright-core';
import t, { type Test } from 'tap';
import {
  checkAccessibility,
  newTab,
  person,
  receivedParameters,
  signIn,
  startBrowserTest,
} from './browser-test.ts';

t.setTimeout(600_000);

const stage = await startBrowserTest(t, { pages: { create_account: true } });
const { postern: server, home, chromium, startAuthorization } = stage;

const ways = [
  { name: 'with JavaScript', options: { javaScriptEnabled: true, viewport: { width: 1280, height: 900 } } },
  {
    name: 'without JavaScript, dark, at 360 px',
    options: {
      javaScriptEnabled: false,
      colorScheme: 'dark',
      viewport: { width: 360, height: 740 },
    },
  },
] as const;

/** Runs with a fresh browser profile and fails when the console shows a complaint. */
const inBrowser = async (
  t: Test,
  options: Parameters<typeof chromium.newContext>[0],
  use: (context: BrowserContext, complaints: string[]) => Promise<void>,
): Promise<void> => {
  const context = await chromium.newContext(options);
  const complaints: string[] = [];
  try {
    await use(context, complaints);
  } finally {
    await context.close();
  }
  t.strictSame(complaints, [], 'the console is silent');
};

for (const { name, options } of ways) {
  const scripts = options.javaScriptEnabled;

  t.test(`the whole code flow, ${name}`, (t) =>
    inBrowser(t, options, async (context, complaints) => {
      const tab = await newTab(context, complaints);
      const request = startAuthorization({ prompt: 'consent', scope: 'openid profile email offline_access' });
      await tab.goto(request.url);
      t.equal(await tab.evaluate('document.activeElement.id'), 'login', 'ready to be typed into');
      if (scripts) await checkAccessibility(t, tab, 'login');

      await tab.click('.login-submit');
      await tab.locator('[role=alert]').waitFor();
      t.match(await tab.title(), /^Error: Sign in/);
      if (scripts) await checkAccessibility(t, tab, 'login-missing');
      await signIn(tab, { login: 'ada', password: 'a wrong one' });
      await tab.locator('[role=alert]').waitFor();
      t.equal(await tab.locator('#login').inputValue(), 'ada');
      t.equal(await tab.locator('#password').inputValue(), '');
      if (scripts) await checkAccessibility(t, tab, 'login-wrong');

      await signIn(tab);
      await tab.locator('.consent-allow').waitFor();
      t.match(await tab.locator('h1').textContent(), 'Allow Harbour Notes to access your account?');
      if (scripts) await checkAccessibility(t, tab, 'consent');
      await tab.click('.consent-allow');
      await tab.waitForURL(`${home}/callback*`);
      const { code = '', state, iss } = await receivedParameters(tab);
      t.equal(state, 'the-state');
      t.equal(iss, server.issuer);
      t.match((await request.redeem(code)).body, { token_type: 'Bearer', refresh_token: String });
    }),
  );

  t.test(`consent is refused, and the account switched, ${name}`, (t) =>
    inBrowser(t, options, async (context, complaints) => {
      const tab = await newTab(context, complaints);
      await tab.goto(startAuthorization({ prompt: 'consent' }).url);
      await signIn(tab);
      await tab.click('.consent-deny');
      await tab.waitForURL(`${home}/callback*`);
      t.match(await receivedParameters(tab), {
        error: 'access_denied',
        state: 'the-state',
        iss: server.issuer,
      });

      await tab.goto(startAuthorization({ prompt: 'consent' }).url);
      await tab.click('text=Switch account');
      await signIn(tab, { login: 'bob', password: person.password });
      if (!scripts) await tab.click('.form-post-submit');
      await tab.locator('.consent-allow').waitFor();
      t.match(await tab.locator('.account-line').textContent(), 'bob');
      await tab.click('.consent-deny');
      await tab.waitForURL(`${home}/callback*`);

      await tab.goto(startAuthorization({ client_id: 'other', prompt: 'login' }).url);
      t.equal(await tab.locator('#login').inputValue(), 'bob');
      t.equal(await tab.locator('#login').getAttribute('readonly'), '');
      if (scripts) await checkAccessibility(t, tab, 'login-again');
      await tab.click('text=Not you?');
      await signIn(tab);
      if (!scripts) await tab.click('.form-post-submit');
      await tab.waitForURL(`${home}/callback*`);
      t.ok((await receivedParameters(tab))['code'], 'straight to an application that asks nothing');
    }),
  );

  t.test(`a device is connected, ${name}`, (t) =>
    inBrowser(t, options, async (context, complaints) => {
      const device = async () => {
        const answer = await fetch(`${server.issuer}/oauth/device_authorization`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: 'tv', scope: 'openid profile' }),
        });
        return answer.json();
      };
      const { user_code, device_code, verification_uri, verification_uri_complete } = await device();
      const tab = await newTab(context, complaints);
      await tab.goto(verification_uri);
      if (scripts) await checkAccessibility(t, tab, 'device-enter');
      await tab.fill('#user_code', 'WRNG-CODE');
      await tab.click('.device-submit');
      await tab.locator('[role=alert]').waitFor();
      if (scripts) await checkAccessibility(t, tab, 'device-wrong');
      await tab.fill('#user_code', ` ${String(user_code).toLowerCase().replace('-', ' ')}`);
      await tab.click('.device-submit');
      await tab.locator('.device-approve').waitFor();
      t.match(await tab.locator('.big-code').textContent(), user_code);
      if (scripts) await checkAccessibility(t, tab, 'device-confirm');
      await tab.click('.device-approve');
      await signIn(tab);
      const allow = tab.locator('.consent-allow');
      await allow.or(tab.locator('.device-done')).waitFor();
      if (await allow.isVisible()) {
        t.equal(await tab.locator('.redirect').count(), 0, 'it links to no other page');
        await allow.click();
      }
      await tab.locator('.device-done').waitFor();
      if (scripts) await checkAccessibility(t, tab, 'device-done');
      const tokens = await fetch(`${server.issuer}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          client_id: 'tv',
          device_code,
        }),
      });
      t.equal(tokens.status, 200);

      const second = await device();
      await tab.goto(second.verification_uri_complete);
      t.equal(await tab.locator('#user_code').inputValue(), second.user_code, 'filled in, not sent');
      await tab.click('.device-submit');
      await tab.click('.device-deny');
      await tab.locator('.device-done').waitFor();
      t.match(await tab.locator('h1').textContent(), 'Device not connected');
      t.not(verification_uri_complete, second.verification_uri_complete);
    }),
  );

  t.test(`signing out, ${name}`, (t) =>
    inBrowser(t, options, async (context, complaints) => {
      const tab = await newTab(context, complaints);
      const request = startAuthorization({ client_id: 'other' });
      await tab.goto(request.url);
      await signIn(tab);
      await tab.waitForURL(`${home}/callback*`);
      const { body } = await request.redeem((await receivedParameters(tab))['code'] ?? '');
      const out = `${server.issuer}/oauth/logout?id_token_hint=${body['id_token']}&state=s&post_logout_redirect_uri=`;
      await tab.goto(`${out}${encodeURIComponent(`${home}/bye`)}`);
      t.match(await tab.locator('main').textContent(), 'Ledger');
      if (scripts) await checkAccessibility(t, tab, 'logout');
      await tab.click('.logout-confirm');
      await tab.waitForURL(`${home}/bye?state=s`);
      await tab.goto(startAuthorization({ client_id: 'other' }).url);
      await tab.locator('.login-submit').waitFor();

      await signIn(tab);
      await tab.waitForURL(`${home}/callback*`);
      await tab.goto(`${server.issuer}/oauth/logout`);
      await tab.click('.logout-confirm');
      await tab.locator('h1', { hasText: 'You’re signed out' }).waitFor();
      if (scripts) await checkAccessibility(t, tab, 'logged-out');
    }),
  );

  t.test(`an answer by form_post (OAuth 2.0 Form Post Response Mode §2), ${name}`, (t) =>
    inBrowser(t, options, async (context, complaints) => {
      const tab = await newTab(context, complaints);
      const request = startAuthorization({ client_id: 'other', response_mode: 'form_post' });
      await tab.goto(request.url);
      await signIn(tab);
      if (!scripts) await tab.click('.form-post-submit');
      await tab.locator('h1', { hasText: 'POST /callback' }).waitFor();
      const { code = '', state } = await receivedParameters(tab);
      t.equal(state, 'the-state');
      t.equal((await request.redeem(code)).status, 200);

      await tab.goto(startAuthorization({ prompt: 'consent', response_mode: 'form_post' }).url);
      await tab.click('.consent-deny');
      if (!scripts) await tab.click('.form-post-submit');
      await tab.locator('h1', { hasText: 'POST /callback' }).waitFor();
      t.equal((await receivedParameters(tab))['error'], 'access_denied');
    }),
  );

  t.test(`the back button, a double submit, an expired page and two tabs are handled, ${name}`, (t) =>
    inBrowser(t, options, async (context, complaints) => {
      const tab = await newTab(context, complaints);
      await tab.goto(startAuthorization({ prompt: 'consent' }).url);
      const login = tab.url();
      const [sameClient, otherClient] = [
        await newTab(context, complaints),
        await newTab(context, complaints),
      ];
      await sameClient.goto(startAuthorization({ prompt: 'consent' }).url);
      await otherClient.goto(startAuthorization({ client_id: 'other' }).url);

      await tab.fill('#login', person.login);
      await tab.fill('#password', person.password);
      await tab.locator('.login-submit').dblclick();
      await tab.locator('.consent-allow').waitFor();
      await tab.goBack();
      await tab.locator('.consent-allow, .login-submit').first().waitFor();
      // A browser may restore the page from memory; then the test sends the form again.
      if (await tab.locator('.login-submit').isVisible()) await signIn(tab);
      await tab.locator('.consent-allow').waitFor();
      await tab.locator('.consent-allow').dblclick();
      await tab.waitForURL(`${home}/callback*`);
      t.ok((await receivedParameters(tab))['code'], 'two presses are one answer');

      await sameClient.reload();
      await sameClient.locator('h1', { hasText: 'already signed in' }).waitFor();
      if (scripts) await checkAccessibility(t, sameClient, 'signed-in');
      await sameClient.click('text=Continue to Harbour Notes');
      await sameClient.click('.consent-allow');
      await sameClient.waitForURL(`${home}/callback*`);
      t.ok((await receivedParameters(sameClient))['code'], 'the other tab of the same application');
      await signIn(otherClient);
      await otherClient.waitForURL(`${home}/callback*`);
      t.ok(
        (await receivedParameters(otherClient))['code'],
        'the tab of another application, whose form was still open',
      );

      await tab.goto(login);
      await tab.locator('h1', { hasText: 'already completed this step' }).waitFor();
      if (scripts) await checkAccessibility(t, tab, 'done-already');
      await tab.click('text=Start again in Harbour Notes');
      await tab.waitForURL(`${home}/home`);
      await tab.goto(`${server.issuer}/interaction/never-there`);
      t.equal(await tab.locator('.start-again').count(), 0);
    }),
  );
}

t.test('a sign-in in a popup reports to its opener, after an error as well', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const tab = await newTab(context, complaints);
    const url = startAuthorization({ redirect_uri: `${home}/popup`, prompt: 'consent' }).url;
    await tab.goto(`${home}/opener?url=${encodeURIComponent(url)}`);
    for (const [button, said] of [
      ['.consent-deny', /error=access_denied/],
      ['.consent-allow', /code=/],
    ] as const) {
      const opened = tab.waitForEvent('popup');
      await tab.click('button');
      const popup = await opened;
      await popup.locator('.login-submit, .consent-allow').first().waitFor();
      if (await popup.locator('.login-submit').isVisible()) await signIn(popup);
      const closed = popup.waitForEvent('close');
      await popup.click(button);
      await closed;
      await tab.waitForFunction('document.querySelector("output").textContent !== ""');
      t.match(await tab.locator('output').textContent(), said);
      await tab.evaluate('document.querySelector("output").textContent = ""');
    }
  }),
);

t.test("self-submitting pages are readable when the script didn't load", (t) =>
  inBrowser(t, {}, async (context) => {
    await context.route('**/assets/*.js', (route) => route.abort());
    const tab = await newTab(context, []);
    await tab.goto(startAuthorization({ client_id: 'other', response_mode: 'form_post' }).url);
    await signIn(tab);
    await tab.locator('.form-post-submit').waitFor();
    await checkAccessibility(t, tab, 'form-post');
    await tab.goto(startAuthorization({ client_id: 'other', prompt: 'login' }).url);
    await tab.click('text=Not you?');
    await signIn(tab, { login: 'bob', password: person.password });
    await tab.locator('.form-post-submit').waitFor();
    await checkAccessibility(t, tab, 'another-account');
    await tab.click('.form-post-submit');
    await tab.waitForURL(`${home}/callback*`);
  }),
);

t.test('a form whose submission was stopped can be sent again', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const tab = await newTab(context, complaints);
    await tab.clock.install();
    let sent = 0;
    await tab.route('**/interaction/*', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent += 1;
      return sent === 1 ? route.abort('aborted') : route.continue();
    });
    await tab.goto(startAuthorization({ client_id: 'other' }).url);
    await tab.fill('#login', person.login);
    await tab.fill('#password', person.password);
    // The click uses coordinates: a locator would wait for the navigation of the first click.
    const press = () => tab.evaluate('document.querySelector(".login-submit").click()');
    const stopped = tab.waitForEvent('requestfailed');
    await press();
    await stopped;
    await press();
    await tab.clock.fastForward(5_000);
    await press();
    await tab.waitForURL(`${home}/callback*`);
    t.ok((await receivedParameters(tab))['code']);
    t.equal(sent, 2, 'of quick presses the first one counts');
  }),
);

t.test('no page is shown in a frame of another site (clickjacking, CWE-1021)', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const own = await newTab(context, complaints);
    await own.goto(startAuthorization({ prompt: 'consent' }).url);
    await signIn(own);
    await own.locator('.consent-allow').waitFor();
    // The browser reports the refusal on the console, which this test expects.
    const tab = await newTab(context, []);
    for (const url of [
      own.url(),
      startAuthorization({ client_id: 'other', prompt: 'login' }).url,
      `${server.issuer}/oauth/logout`,
      `${server.issuer}/oauth/device`,
      `${server.issuer}/errors/invalid_grant`,
      `${server.issuer}/nowhere`,
    ]) {
      await tab.goto(`${home}/framer?url=${encodeURIComponent(url)}`);
      const frame = tab.frames().at(1);
      await frame?.waitForURL('chrome-error://chromewebdata/', { waitUntil: 'commit' });
      t.equal(await frame?.locator('.sheet').count(), 0, url);
    }
  }),
);

t.test('after signing out neither the back button nor an open page restores the session', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const tab = await newTab(context, complaints);
    await tab.goto(startAuthorization({ client_id: 'other' }).url);
    await signIn(tab);
    await tab.waitForURL(`${home}/callback*`);
    const open = await newTab(context, complaints);
    await open.goto(startAuthorization({ prompt: 'consent' }).url);
    await open.locator('.consent-allow').waitFor();
    const again = await newTab(context, complaints);
    await again.goto(startAuthorization({ client_id: 'other', prompt: 'login' }).url);
    t.match(await again.locator('#login').inputValue(), 'ada');

    await tab.goto(`${server.issuer}/oauth/logout`);
    t.match(await tab.locator('main').textContent(), 'ada');
    await tab.click('.logout-confirm');
    await tab.locator('h1', { hasText: 'You’re signed out' }).waitFor();
    await tab.goBack();
    await tab.locator('h1', { hasText: 'You’re signed out' }).waitFor();
    await open.click('.consent-allow');
    await open.locator('h1', { hasText: 'expired' }).waitFor();
    await again.reload();
    await again.locator('h1', { hasText: 'expired' }).waitFor();
    await again.goto(startAuthorization({ client_id: 'other' }).url);
    t.equal(await again.locator('#login').inputValue(), '', 'the account is no longer known');
  }),
);

t.test('an application may redirect to its home page on another host', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const tab = await newTab(context, complaints);
    await tab.goto(startAuthorization({ client_id: 'moving', redirect_uri: `${home}/on` }).url);
    await signIn(tab);
    await tab.waitForURL(`${home.replace('127.0.0.1', 'localhost')}/arrived`);
    await tab.goto(
      startAuthorization({ client_id: 'moving', redirect_uri: `${home}/on`, prompt: 'login' }).url,
    );
    await tab.click('text=Not you?');
    await signIn(tab, { login: 'bob', password: person.password });
    await tab.waitForURL(`${home.replace('127.0.0.1', 'localhost')}/arrived`);
  }),
);

t.test('a person chooses an account, creates one, and waits after too many tries', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const tab = await newTab(context, complaints);
    await tab.goto(startAuthorization({ client_id: 'other' }).url);
    // The sixth try has to wait for a second; a seventh is accepted after it.
    for (let tries = 0; tries < 6; tries++) {
      await tab.fill('#login', 'nobody');
      await tab.fill('#password', 'a wrong one');
      await Promise.all([tab.waitForResponse('**/interaction/*'), tab.click('.login-submit')]);
      await tab.locator('[role=alert]').waitFor();
    }
    t.match(await tab.locator('[role=alert]').textContent(), /Try again in \d+ second/);
    await checkAccessibility(t, tab, 'login-throttled');

    await tab.click('text=Create an account');
    await checkAccessibility(t, tab, 'create-account');
    await tab.fill('#login', 'grace');
    await tab.fill('#email', 'grace@example.com');
    await tab.fill('#password', 'a compiler is a tool');
    await tab.click('.create-submit');
    await tab.waitForURL(`${home}/callback*`);
    t.ok((await receivedParameters(tab))['code']);

    await tab.goto(startAuthorization({ client_id: 'other', prompt: 'select_account' }).url);
    await checkAccessibility(t, tab, 'select-account');
    await tab.click('.account-choice');
    await tab.waitForURL(`${home}/callback*`);
    t.ok((await receivedParameters(tab))['code']);
  }),
);

t.test('error pages and pages outside a flow are accessible', (t) =>
  inBrowser(t, {}, async (context, complaints) => {
    const tab = await newTab(context, complaints);
    for (const [name, path] of [
      ['not-found', '/nowhere?lang=de'],
      ['error-code', '/errors/invalid_grant?lang=en'],
      ['unknown-client', '/oauth/authorize?client_id=nobody&response_type=code'],
      [
        'bad-redirect',
        '/oauth/authorize?client_id=app&response_type=code&redirect_uri=https://evil.example.com/',
      ],
      ['signed-out-already', '/oauth/logout'],
    ] as const) {
      await tab.goto(`${server.issuer}${path}`);
      await checkAccessibility(t, tab, name);
    }
  }),
);
