import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { addPasskey, hasPasskeyForm, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';

const cheapHashes = { password: { memory_kib: 8192, passes: 1 } };
const server = await startInProcess(t, { ...usualConfig, security: cheapHashes });
const { passkeys } = server.app.services;
const origin = new URL(server.issuer).origin;
const verifier = newVerifier();

let people = 0;
const newPerson = async () => {
  people += 1;
  const username = `person-${people}`;
  return { username, id: (await server.addAccount({ username, password })).id };
};

/** Signs in by password, in a browser that can keep passkeys unless `more` says otherwise. */
const signIn = async (
  username: string,
  { browser = new Browser(), issuer = server.issuer, more = { passkeys: 'yes' }, parameters = {} } = {},
) => {
  const login = await browser.open(new RelyingParty(issuer).authorizationUrl(verifier, parameters));
  const page = await browser.submit(login, { login: username, password, ...more });
  return { browser, page };
};

const isOffer = ({ body }: Page): boolean => body.includes('passkey-later');
const hasCode = (page: Page): boolean => redirectParameters(page).has('code');

const decline = (browser: Browser, page: Page): Promise<Page> => sendPasskey(browser, page, '');

t.test('nothing is offered where it would be of no use', async (t) => {
  const { username } = await newPerson();
  t.ok(hasCode((await signIn(username, { more: { passkeys: '' } })).page), 'a browser without passkeys');
  await addPasskey(server, username);
  t.ok(hasCode((await signIn(username)).page), 'a person who has one');
  const off = await startInProcess(t, { ...usualConfig, security: cheapHashes, passkeys: { offer: false } });
  t.ok(hasCode((await signIn('ada', { issuer: off.issuer })).page), 'an operator who doesn’t want it');
});

t.test('a passkey is created with the offer', async (t) => {
  const { username, id } = await newPerson();
  const { browser, page } = await signIn(username);
  t.ok(isOffer(page));
  const authenticator = new SoftwareAuthenticator({ origin });
  const { options } = passkeyFormOf(page.body);

  const other = passkeyFormOf((await signIn((await newPerson()).username)).page.body).options;
  const wrong = [
    authenticator.create(other),
    authenticator.create(passkeyFormOf(page.body).options, { origin: 'https://evil.example' }),
    '{}',
  ];
  let shown = page;
  for (const credential of wrong) {
    shown = await sendPasskey(browser, shown, credential);
    t.equal(shown.status, 422);
    t.match(shown.body, 'couldn’t be created');
  }
  t.equal((await sendPasskey(browser, shown, authenticator.create(options))).status, 422, 'it was used');
  t.strictSame(await passkeys.list(id), []);

  const last = await browser.open(shown.url);
  t.ok(hasCode(await sendPasskey(browser, last, authenticator.create(passkeyFormOf(last.body).options))));
  t.equal((await passkeys.list(id)).length, 1);
});

t.test('the offer is limited as the account page is: 60 tries an hour for each account', async (t) => {
  const { username, id } = await newPerson();
  const { browser, page } = await signIn(username);
  const authenticator = new SoftwareAuthenticator({ origin });
  let shown = page;
  for (let tried = 0; tried < 60; tried += 1) {
    const { options } = passkeyFormOf(shown.body);
    shown = await sendPasskey(browser, shown, authenticator.create(options, { userVerified: false }));
  }
  t.equal(shown.status, 422);
  const { options } = passkeyFormOf(shown.body);
  const refused = await sendPasskey(browser, shown, authenticator.create(options));
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('retry-after'), '3600');
  t.match(refused.body, 'Too many attempts. Try again in 60 minutes.');
  t.strictSame(await passkeys.list(id), []);
  t.ok(hasCode(await decline(browser, refused)), 'the person goes on without one');
});

t.test('a form of another site creates nothing', async (t) => {
  const { username, id } = await newPerson();
  const { browser, page } = await signIn(username);
  const { action, csrf, options } = passkeyFormOf(page.body);
  const credential = new SoftwareAuthenticator({ origin }).create(options);
  for (const [fields, from] of [
    [{ csrf, credential }, 'https://evil.example'],
    [{ csrf: 'x'.repeat(43), credential }, origin],
  ] as const) {
    const body = new URLSearchParams(fields);
    const answer = await browser.request(new URL(action, page.url).href, {
      method: 'POST',
      body,
      headers: { origin: from },
    });
    t.equal(answer.status, 403);
  }
  t.strictSame(await passkeys.list(id), []);
});

t.test(
  'a page that was left open for five minutes creates no passkey, and the sign-in goes on',
  async (t) => {
    const { username, id } = await newPerson();
    const { browser, page } = await signIn(username);
    const credential = new SoftwareAuthenticator({ origin }).create(passkeyFormOf(page.body).options);
    server.clock.advance(302);
    t.teardown(server.clock.restore);
    t.ok(hasCode(await sendPasskey(browser, page, credential)));
    t.strictSame(await passkeys.list(id), []);
  },
);

t.test('who declines is asked again after 90 days', async (t) => {
  const { username } = await newPerson();
  const { browser, page } = await signIn(username);
  t.ok(hasCode(await decline(browser, page)));
  t.ok(hasCode((await signIn(username)).page), 'not in another browser either');
  t.ok(hasCode((await signIn(username, { browser, parameters: { prompt: 'login' } })).page));
  server.clock.advance(91 * 86_400);
  t.teardown(server.clock.restore);
  t.ok(isOffer((await signIn(username)).page));
});

t.test('an offer that was left open doesn’t keep other requests from going on', async (t) => {
  const { username } = await newPerson();
  const { browser } = await signIn(username);
  const again = await browser.open(
    new RelyingParty(server.issuer).authorizationUrl(verifier, { prompt: 'none' }),
  );
  t.ok(hasCode(again));
  t.notOk(hasPasskeyForm(again.body));
});

t.test(
  'a sign-in without the second factor of the account offers none, which would count as both',
  async (t) => {
    const { app, issuer } = await startInProcess(t, {
      ...usualConfig,
      security: { ...cheapHashes, factors: { required: 'never' } },
    });
    const { accounts, factors, passkeys: kept } = app.services;
    const account = await accounts.findByUsername('ada');
    if (!account) throw new Error('there is no ada');
    const offered = await signIn('ada', { issuer });
    t.ok(isOffer(offered.page), 'while there is no second factor');

    const { pending, secret } = factors.begin(account, 'test');
    const code = codeAt(secret, Date.now());
    t.match(await factors.enrol(account, { place: 'test', pending, code }), { outcome: 'added' });
    const again = await signIn('ada', { issuer });
    t.notOk(isOffer(again.page));
    t.ok(hasCode(again.page));
    const credential = new SoftwareAuthenticator({ origin: issuer }).create(
      passkeyFormOf(offered.page.body).options,
    );
    t.ok(hasCode(await sendPasskey(offered.browser, offered.page, credential)), 'nor on a page from before');
    t.strictSame(await kept.list(account.id), []);
  },
);
