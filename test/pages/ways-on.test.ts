import t, { type Test } from 'tap';
import { messagesFor } from '#src/views/languages/index.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// What a page asks is asked once and said once, and no page is a dead end.

const languages = ['en', 'de', 'pl'] as const;
const home = 'https://portal.example.com/start';

const open = (t: Test, pages: object = {}) =>
  startInProcess(t, {
    ...usualConfig,
    scopes: { 'films:read': 'See your films' },
    clients: [
      ...usualConfig.clients,
      {
        ...usualConfig.clients[0],
        client_id: 'home',
        client_name: 'At Home',
        client_uri: 'https://home.example.com/',
      },
      {
        ...usualConfig.clients[0],
        client_id: 'begin',
        client_name: 'Begin',
        initiate_login_uri: 'https://begin.example.com/login?x=1',
      },
      {
        client_id: 'tv',
        client_name: 'Living-room TV',
        token_endpoint_auth_method: 'none',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
        response_types: [],
        redirect_uris: [],
      },
      { client_id: 'asking', client_secret: secret, redirect_uris: [redirectUri] },
    ],
    pages: { name: 'Lighthouse', ...pages },
  });

const count = (page: Page, text: string): number => page.body.split(text.replaceAll("'", '&#39;')).length - 1;

const withTongue = (language: string): Browser => new Browser({ 'accept-language': language });

interface Asked {
  readonly device_code: string;
  readonly user_code: string;
}

const startDevice = async (issuer: string): Promise<Asked> => {
  const { body } = await new RelyingParty(issuer, 'tv', '').post('/oauth/device_authorization', {
    scope: 'openid profile',
  });
  return body as unknown as Asked;
};

/** Enters the code and returns the page that asks about the device. */
const enterCode = async (browser: Browser, issuer: string, code: string): Promise<Page> =>
  browser.submit(await browser.open(`${issuer}/oauth/device`), { user_code: code });

for (const language of languages) {
  const text = messagesFor(language);

  t.test(`the device flow asks what the application may do once, and leads on (${language})`, async (t) => {
    const { issuer } = await open(t, { home });
    const browser = withTongue(language);
    const { user_code: code, device_code } = await startDevice(issuer);
    const confirm = await enterCode(browser, issuer, code);
    t.match(confirm.body, text.device.confirmTitle);
    t.match(confirm.body, 'Living-room TV');
    t.equal(count(confirm, text.consent.scopes.profile), 0, 'the device page is about the device');
    t.match(confirm.body, new RegExp(`class="device-approve"[^>]*>${text.device.approve}<`));
    const login = await browser.submit(confirm, {});
    const consent = await browser.submit(login, { login: 'ada', password });
    t.equal(count(consent, text.consent.scopes.profile), 1, 'the consent page about the access');
    t.notMatch(consent.body, 'device-approve');
    const done = await browser.submit(consent, { decision: 'allow' });
    t.match(done.body, text.device.approvedTitle);
    t.match(done.body, `href="/oauth/device">${text.device.another}`);
    t.match(done.body, `href="${home}">${text.home('Lighthouse').join('')}`);
    const tokens = await new RelyingParty(issuer, 'tv', '').post('/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
    });
    t.equal(tokens.status, 200);

    const again = await startDevice(issuer);
    const denied = await browser.submit(await enterCode(browser, issuer, again.user_code), { abort: 'yes' });
    t.match(denied.body, text.device.deniedTitle);
    t.match(denied.body, `href="/oauth/device">${text.device.another}`);
  });

  t.test(`a single error is shown once, beside its field (${language})`, async (t) => {
    const { issuer } = await open(t);
    const browser = withTongue(language);
    const login = await browser.open(new RelyingParty(issuer).authorizationUrl(newVerifier()));
    const missing = await browser.submit(login, { login: 'ada', password: '' });
    t.equal(missing.status, 422);
    t.match(missing.body, new RegExp(`<title>${text.layout.errorPrefix} `));
    t.equal(count(missing, text.login.missingPassword), 1);
    t.match(missing.body, /id="password-error" role="alert"/, 'and screen readers announce it');
    t.match(
      missing.body,
      /id="password" [^>]*aria-describedby="password-error" aria-invalid="true"[^>]* autofocus/,
    );
    t.equal(count(missing, 'role="alert"'), 1);
    const both = await browser.submit(login, { login: '', password: '' });
    t.equal(count(both, text.login.missingPassword), 2, 'several are listed above the form as well');
    t.equal(count(both, 'role="alert"'), 1);
    const wrong = await enterCode(browser, issuer, 'BCDF-GHJK');
    t.equal(wrong.status, 422);
    t.equal(count(wrong, text.device.problems.wrong), 1);
  });

  t.test(
    `the page of a sign-out names the service, and what comes after it leads on (${language})`,
    async (t) => {
      const { issuer } = await open(t, { home });
      const signOut = async (client: string): Promise<readonly [Page, Page]> => {
        const browser = withTongue(language);
        await codeFor(new RelyingParty(issuer), browser);
        const question = await browser.open(`${issuer}/oauth/logout?client_id=${client}`);
        return [question, await browser.submit(question, { logout: 'yes' })];
      };
      const [question, done] = await signOut('app');
      t.match(question.body, `<h1>${text.logout.title('Lighthouse')}</h1>`);
      t.notMatch(question.body, new URL(issuer).host);
      t.match(done.body, text.logout.doneTitle);
      t.match(done.body, `href="${home}">${text.home('Lighthouse').join('')}`);
      const [, athome] = await signOut('home');
      t.match(athome.body, `href="https://home.example.com/">${text.back('At Home').join('')}`);
      const [, begin] = await signOut('begin');
      t.match(begin.body, `href="https://begin.example.com/login?x=1&amp;iss=${encodeURIComponent(issuer)}"`);
    },
  );

  t.test(`requests that wait can be looked for again (${language})`, async (t) => {
    const { issuer } = await open(t, { home });
    const browser = withTongue(language);
    for (const status of [401, 200]) {
      const page = await browser.open(`${issuer}/account/requests`);
      t.equal(page.status, status);
      t.match(page.body, `href="/account/requests">${text.requests.reload}`);
      t.match(page.body, `href="${home}"`);
      await codeFor(new RelyingParty(issuer), browser);
    }
  });

  t.test(`an error page has the request id once and leads on (${language})`, async (t) => {
    const { issuer } = await open(t, { home });
    const browser = withTongue(language);
    for (const url of ['/nowhere', '/oauth/authorize?client_id=unknown', '/interaction/gone']) {
      const page = await browser.open(`${issuer}${url}`);
      const id = page.headers.get('x-request-id') ?? '?';
      t.equal(count(page, id), 1, url);
      t.match(page.body, `href="${home}"`, url);
    }
    const page = await browser.open(`${issuer}/errors/invalid_grant`);
    t.equal(count(page, page.headers.get('x-request-id') ?? '?'), 1, 'others have it in the footer');
  });

  t.test(`the consent page says once that boxes may be unticked (${language})`, async (t) => {
    const { issuer } = await open(t);
    const browser = withTongue(language);
    const asking = new RelyingParty(issuer, 'asking');
    const login = await browser.open(
      asking.authorizationUrl(newVerifier(), { scope: 'openid profile email' }),
    );
    const consent = await browser.submit(login, { login: 'ada', password });
    t.equal(consent.body.match(/type="checkbox"/g)?.length, 2);
    t.equal(count(consent, text.consent.optional), 1);
    t.notMatch(consent.body, 'class="badge"');
    const bare = await withTongue(language).open(asking.authorizationUrl(newVerifier(), { scope: 'openid' }));
    t.equal(count(bare, text.consent.optional), 0);
  });
}

t.test('in development the playground is the page to start from', async (t) => {
  const { issuer } = await startInProcess(t, usualConfig);
  t.match((await new Browser().open(`${issuer}/nowhere`)).body, `home-link" href="${issuer}"`);
});
