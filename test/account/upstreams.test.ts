import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { addPasskey, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import {
  Browser,
  formOf,
  type Page,
  password,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { parseMail, startSmtp } from '../support/smtp-server.ts';
import { locationOf, openLogin, settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';

const [acme, globex, initech] = await Promise.all([
  startFakeUpstream(t),
  startFakeUpstream(t),
  startFakeUpstream(t),
]);
const smtp = await startSmtp();
t.teardown(smtp.close);

const server = await startInProcess(t, {
  ...usualConfig,
  security: {
    password: { memory_kib: 8192, passes: 1 },
    throttle: { registration_per_address: 1000 },
  },
  mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
  groups: [{ name: 'staff' }],
  upstreams: [
    settingsOf(acme, { create: true, groups: { from: 'roles', map: { admin: 'staff' } } }),
    settingsOf(globex, { id: 'globex', name: 'Globex', create: true }),
    settingsOf(initech, { id: 'initech', name: 'Initech', create: true }),
    settingsOf(globex, { id: 'closed', name: 'Closed', link: 'never' }),
    settingsOf(globex, { id: 'down', name: 'Down', issuer: 'http://127.0.0.1:1' }),
  ],
});
const { issuer, app, store } = server;
const { accounts, passkeys, upstreamLinks } = app.services;
const origin = new URL(issuer).origin;
const list = `${issuer}/account/upstreams`;
const confirm = `${list}/confirm`;

let people = 0;
const newName = (): string => {
  people += 1;
  return `person-${people}`;
};

const accountOf = async (id: string) => {
  const account = await accounts.find(id);
  if (!account) throw new Error('the account is gone');
  return account;
};

/** A new account, and a browser in which its owner signed in by password. */
const signedIn = async (claims: Record<string, string | boolean> = {}) => {
  const username = newName();
  const { id } = await server.addAccount({ username, password, claims });
  const browser = new Browser();
  const page = await browser.submit(await browser.open(list), { login: username, password });
  return { browser, page, username, account: await accountOf(id) };
};

/** An account that an upstream has made, without a password, and a browser in which its owner signed in. */
const signedInBy = async (fake: FakeUpstream, upstream: string, person: object = {}) => {
  const username = newName();
  fake.person = { sub: username, preferred_username: username, ...person };
  const browser = new Browser();
  await signInBy(issuer, upstream, { browser }).then(async (page) => {
    if (page.status === 200) await browser.submit(page, { create: 'yes' });
  });
  const found = await upstreamLinks.find(upstream, username);
  if (!found) throw new Error('nothing is linked');
  return { browser, username, account: await accountOf(found.link.account) };
};

/** From the account page to the upstream and back, to a URL of this server with the response. */
const visit = async (browser: Browser, upstream = 'acme'): Promise<string> => {
  const page = await browser.open(`${list}/connect/${upstream}`);
  const go = /href="([^"]*\/go)"/.exec(page.body)?.[1];
  if (go === undefined) throw new Error(`nothing leads on: ${page.status} ${page.body.slice(0, 400)}`);
  const left = await browser.request(new URL(go, page.url).href);
  return locationOf(await new Browser().request(locationOf(left)));
};

/** The page that asks, for the person who is at the upstream. */
const arrive = async (browser: Browser, fake: FakeUpstream, sub: string): Promise<Page> => {
  fake.person = { sub, preferred_username: `${sub}-there` };
  return browser.open(await visit(browser, fake === acme ? 'acme' : 'globex'));
};

const link = async (browser: Browser, fake: FakeUpstream, sub: string): Promise<void> => {
  const page = await browser.submit(await arrive(browser, fake, sub), {});
  if (!page.body.includes('The provider is connected.')) throw new Error(`not linked: ${page.body}`);
};

const linksOf = async ({ id }: { readonly id: string }) =>
  (await upstreamLinks.listOf(id)).map(({ link: { upstream, subject } }) => `${upstream} ${subject}`);

const isLogin = ({ body }: Page): boolean => body.includes('login-submit');

const removePathsIn = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/href="(\/account\/upstreams\/[^"/]+\/remove)"/g)].map(([, path = '']) => path);

const post = (browser: Browser, path: string, form: Readonly<Record<string, string>>, from = origin) =>
  browser.request(new URL(path, issuer).href, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { origin: from },
  });

/** A CSRF token of this browser's session. */
const csrfOf = async (browser: Browser): Promise<string> =>
  formOf((await browser.open(`${issuer}/account/profile`)).body).hidden['csrf'] ?? '';

const eventsOf = async (action: () => Promise<unknown>): Promise<readonly SecurityEvent[]> => {
  const seen: SecurityEvent[] = [];
  const stop = app.events.listen((event) => seen.push(event));
  await action();
  stop();
  return seen.filter(({ type }) => type.startsWith('account.upstream'));
};

t.test('nothing is linked or unlinked without a session', async (t) => {
  const { account, browser } = await signedInBy(acme, 'acme');
  const [remove = ''] = removePathsIn(await browser.open(list));
  for (const path of ['', '/connect/acme', '/connect/acme/go', '/confirm?arrival=a']) {
    t.ok(isLogin(await new Browser().open(`${list}${path}`)), path);
  }
  for (const path of ['/account/upstreams/confirm', remove]) {
    t.ok(isLogin(await new Browser().open(new URL(path, issuer).href)), path);
    t.match(await post(new Browser(), path, { arrival: 'a' }), { status: 303 });
  }
  t.strictSame(await linksOf(account), [`acme ${account.username}`]);
});

t.test('a stolen session links and unlinks nothing without a fresh sign-in', async (t) => {
  const { browser, account } = await signedIn();
  await link(browser, acme, `${account.id}-1`);
  const asks = await arrive(browser, globex, `${account.id}-2`);
  const [remove = ''] = removePathsIn(await browser.open(list));
  const asksToRemove = await browser.open(new URL(remove, issuer).href);
  server.clock.advance(301);
  t.teardown(server.clock.restore);
  t.ok(isLogin(await browser.open(`${list}/connect/acme`)));
  t.ok(isLogin(await browser.open(asks.url)), 'what came back waits for the sign-in');
  t.ok(isLogin(await browser.submit(asks, {})));
  t.ok(isLogin(await browser.open(asksToRemove.url)));
  t.ok(isLogin(await browser.submit(asksToRemove, {})));
  t.strictSame(await linksOf(account), [`acme ${account.id}-1`]);

  const login = await browser.open(asks.url);
  const asked = await browser.submit(login, { login: account.username, password });
  t.match(
    (await browser.submit(asked, {})).body,
    'The provider is connected.',
    'after it the person goes on',
  );
});

t.test('a person to whom the upstream gives no name is shown without the subject', async (t) => {
  const { browser, account } = await signedIn();
  const subject = `f81d4fae-${account.id}`;
  acme.person = { sub: subject };
  const asks = await browser.open(await visit(browser, 'acme'));
  t.match(asks.body, 'an account without a name');
  t.notMatch(asks.body, subject, 'when it asks');
  const linked = await browser.submit(asks, {});
  t.match(linked.body, 'The provider is connected.');
  const former = { upstream: 'globex', subject, account: account.id, linkedAt: 0, label: subject, given: {} };
  await server.store.commit([upstreamLinks.insertion(former)]);
  const shown = await browser.open(list);
  t.equal(shown.body.split('<dd>an account without a name</dd>').length - 1, 2, 'also from a former release');
  const [remove = ''] = removePathsIn(shown);
  for (const path of [list, new URL(remove, issuer).href, `${issuer}/account/sign-in-methods`])
    t.notMatch((await browser.open(path)).body, subject, path);
});

t.test('a person without a password signs in again at the upstream', async (t) => {
  t.teardown(server.clock.restore);
  const signInAgain = async (browser: Browser, url: string): Promise<Page> => {
    const login = await browser.open(url);
    return browser.open(await visitUpstream(browser, login, 'initech'));
  };
  const removeOf = async (browser: Browser) =>
    new URL(removePathsIn(await browser.open(list))[0] ?? '', issuer).href;

  await t.test('which confirms when that was', async (t) => {
    const { browser } = await signedInBy(initech, 'initech');
    const remove = await removeOf(browser);
    server.clock.advance(301);
    initech.person = { ...initech.person, auth_time: Math.floor(server.clock.now() / 1000) - 600 };
    t.match(await signInAgain(browser, remove), { status: 400, body: 'was invalid' }, 'it was too long ago');
    t.equal(initech.requests.at(-1)?.get('max_age'), '180');
    const { auth_time: _, ...person } = initech.person;
    initech.person = person;
    t.match((await signInAgain(browser, remove)).body, 'your only way to sign in');
  });

  await t.test('or never says when', async (t) => {
    const { browser } = await signedInBy(initech, 'initech');
    const remove = await removeOf(browser);
    server.clock.advance(301);
    initech.misbehaviour = { idToken: ({ auth_time: _, ...claims }) => claims };
    t.match(await signInAgain(browser, remove), { status: 400 }, 'though its metadata promise it');
    server.clock.restore();
    const silent = await startFakeUpstream(t);
    silent.misbehaviour = {
      discovery: (metadata) => ({ ...metadata, claims_supported: ['sub', 'email'] }),
      idToken: ({ auth_time: _, ...claims }) => claims,
    };
    const other = await startInProcess(t, {
      ...usualConfig,
      upstreams: [settingsOf(silent, { id: 'initech', create: true })],
    });
    silent.person = { sub: 'silent' };
    const person = new Browser();
    await person.submit(await signInBy(other.issuer, 'initech', { browser: person }), { create: 'yes' });
    other.clock.advance(301);
    t.teardown(other.clock.restore);
    const login = await person.open(`${other.issuer}/account/upstreams/connect/initech`);
    const page = await person.open(await visitUpstream(person, login, 'initech'));
    t.match(page.body, '/connect/initech/go', 'it is asked to let the person sign in again, and believed');
    t.equal(silent.requests.at(-1)?.get('prompt'), 'login');
    t.equal(silent.requests.at(-1)?.get('max_age'), null);
    const forApp = { browser: new Browser(), parameters: { max_age: '60' } };
    t.equal((await signInBy(other.issuer, 'initech', forApp)).status, 400, 'for an application it is not');
  });
});

t.test('forms of other sites and of other sessions change nothing', async (t) => {
  const { browser, account } = await signedIn();
  const other = await signedIn();
  await link(browser, acme, `${account.id}-1`);
  const [remove = ''] = removePathsIn(await browser.open(list));
  const { arrival = '', csrf = '' } = formOf((await arrive(browser, globex, `${account.id}-2`)).body).hidden;
  const otherCsrf = await csrfOf(other.browser);
  for (const path of ['/account/upstreams/confirm', remove]) {
    t.equal((await post(browser, path, { arrival, csrf }, 'https://evil.example')).status, 403, path);
    t.equal((await post(browser, path, { arrival })).status, 403, path);
    t.equal((await post(browser, path, { arrival, csrf: otherCsrf })).status, 403, path);
  }
  t.equal((await post(other.browser, remove, { csrf: otherCsrf })).status, 404, 'a link of another person');
  t.strictSame(await linksOf(account), [`acme ${account.id}-1`]);
});

t.test('an attacker links neither their identity to a victim nor that of a victim to theirs', async (t) => {
  const victim = await signedIn();
  const attacker = await signedIn();
  acme.person = { sub: 'attacker' };
  const callback = await visit(attacker.browser);
  t.match(
    await victim.browser.request(callback),
    { status: 400 },
    'the response in the browser of the victim',
  );

  const came = new URL(locationOf(await attacker.browser.request(callback)), callback).href;
  t.match(await victim.browser.open(came), { status: 400 }, 'what came back, in another session');
  const secret = new URL(came).searchParams.get('arrival') ?? '';
  const csrf = await csrfOf(victim.browser);
  t.equal((await post(victim.browser, confirm, { arrival: secret, csrf })).status, 400);

  const login = await openLogin(issuer, { browser: new Browser(), parameters: { prompt: 'login' } });
  t.equal((await attacker.browser.request(`${login.url}?arrival=${secret}`)).status, 400, 'for a sign-in');

  const signingIn = new Browser();
  acme.person = { sub: 'victim' };
  const page = await openLogin(issuer, { browser: signingIn });
  const ofSignIn = locationOf(await signingIn.request(await visitUpstream(signingIn, page, 'acme')));
  const stolen = new URL(ofSignIn, issuer).searchParams.get('arrival') ?? '';
  t.equal((await attacker.browser.open(`${confirm}?arrival=${stolen}`)).status, 400, 'of a sign-in');

  // The browser belongs to another person when it comes back.
  const shared = await signedIn();
  acme.person = { sub: 'first' };
  const back = await visit(shared.browser);
  shared.browser.setCookie('postern_session', '');
  const signOut = await shared.browser.open(`${issuer}/oauth/logout`);
  await shared.browser.submit(signOut, { logout: 'yes' });
  await shared.browser.submit(await shared.browser.open(list), {
    login: attacker.username,
    password,
  });
  t.equal((await shared.browser.open(back)).status, 400);
  for (const { account } of [victim, attacker, shared]) t.strictSame(await linksOf(account), []);
});

t.test('an identity of another account stays there', async (t) => {
  const owner = await signedInBy(acme, 'acme');
  const { browser, account } = await signedIn();
  const page = await arrive(browser, acme, owner.username);
  t.match(page, { status: 409, body: 'is connected to another account' });
  t.strictSame(await linksOf(account), []);

  const early = await arrive(browser, acme, 'raced');
  const other = await signedIn();
  await link(other.browser, acme, 'raced');
  t.match(await browser.submit(early, {}), { status: 409, body: 'is connected to another account' });
  t.strictSame(await linksOf(other.account), ['acme raced']);
});

t.test('what an upstream says wrongly, and one that is down, link nothing', async (t) => {
  const { browser, account } = await signedIn();
  const failed = await eventsOf(async () => {
    t.match(await browser.open(`${list}/connect/down/go`), { status: 503, body: 'can’t be reached' });
  });
  t.strictSame(failed, []);
  acme.misbehaviour = { foreignKey: true };
  t.match(await arrive(browser, acme, 'u1'), { status: 400, body: 'was invalid' });
  acme.misbehaviour = {
    callback: (parameters) => {
      parameters.delete('code');
      parameters.set('error', 'access_denied');
    },
  };
  t.match(await arrive(browser, acme, 'u1'), { status: 403, body: 'was cancelled or refused' });
  acme.misbehaviour = {};
  for (const path of ['closed', 'closed/go', 'unknown', 'unknown/go'])
    t.equal((await browser.open(`${list}/connect/${path}`)).status, 404, path);
  t.notMatch((await browser.open(list)).body, 'Connect Closed');
  t.strictSame(await linksOf(account), []);
});

t.test('a person links an identity, gets a message, and signs in with it', async (t) => {
  const email = 'linker@harbour.example';
  const { browser, account, page } = await signedIn({ email, email_verified: true });
  t.match(page.body, 'No other provider is connected to your account.');
  const asks = await arrive(browser, acme, 'linked');
  t.match(asks.body, 'From now on, <strong>linked-there</strong> at <strong>Acme</strong> can sign in');
  t.match(acme.requests.at(-1)?.get('prompt'), 'select_account');
  const events = await eventsOf(async () => {
    const [first, second] = await Promise.all([browser.submit(asks, {}), browser.submit(asks, {})]);
    t.match(first.body, 'The provider is connected.');
    t.match(second.body, 'The provider is connected.', 'a form that is sent twice ends at the same page');
  });
  t.match(events, [
    { type: 'account.upstream_linked', outcome: 'ok', account: account.id, details: { upstream: 'acme' } },
  ]);
  t.equal(events.length, 1);
  t.match(parseMail(await smtp.next(email)).headers.get('subject'), [/New way to sign in/]);
  const listed = await browser.open(list);
  t.match(listed.body, '<h2 class="entry-title">Acme</h2>');
  t.match(listed.body, '<dd>linked-there</dd>');
  t.equal((await browser.open(asks.url)).url, list, 'what came back is used up');

  acme.person = { sub: 'linked' };
  const signIns = await eventsOf(async () => {
    t.ok(redirectParameters(await signInBy(issuer, 'acme')).get('code'));
  });
  t.strictSame(signIns, []);
  t.match(server.events.filter(({ type }) => type === 'sign-in').at(-1), { account: account.id });
});

t.test('an identity that is unlinked starts no session, and what it gave ends', async (t) => {
  const email = 'unlinker@harbour.example';
  const { browser, account } = await signedIn({ email, email_verified: true });
  await link(browser, acme, 'leaving');
  await smtp.next(email);
  acme.person = { sub: 'leaving', roles: ['admin'] };
  await signInBy(issuer, 'acme');
  t.strictSame((await accountOf(account.id)).groups, ['staff']);
  const [remove = ''] = removePathsIn(await browser.open(list));
  const asks = await browser.open(new URL(remove, issuer).href);
  t.match(asks.body, 'Disconnect Acme?');
  const events = await eventsOf(async () => {
    t.match((await browser.submit(asks, {})).body, 'The provider was disconnected.');
  });
  t.match(events, [{ type: 'account.upstream_unlinked', outcome: 'ok', account: account.id }]);
  t.match(parseMail(await smtp.next(email)).headers.get('subject'), [/Way to sign in .* removed/]);
  t.strictSame((await accountOf(account.id)).groups, []);
  t.strictSame(await linksOf(account), []);
  t.match(await signInBy(issuer, 'acme'), { status: 200, body: 'You’re almost there' });
  t.equal((await browser.submit(asks, {})).status, 404, 'a second time there is nothing');
});

t.test('the last way to sign in stays, from several requests at once too', async (t) => {
  const removing = async (browser: Browser): Promise<readonly Page[]> => {
    const paths = removePathsIn(await browser.open(list));
    const csrf = await csrfOf(browser);
    return Promise.all([...paths, ...paths].map((path) => post(browser, path, { csrf })));
  };

  await t.test('one link', async (t) => {
    const { browser, account } = await signedInBy(acme, 'acme');
    const [remove = ''] = removePathsIn(await browser.open(list));
    t.match((await browser.open(new URL(remove, issuer).href)).body, 'your only way to sign in');
    t.strictSame(
      (await removing(browser)).map(({ status }) => status),
      [409, 409],
    );
    t.equal((await linksOf(account)).length, 1);
  });

  await t.test('two links: one of them goes', async (t) => {
    for (let round = 0; round < 3; round += 1) {
      const { browser, account } = await signedInBy(acme, 'acme');
      await link(browser, globex, account.id);
      await removing(browser);
      t.equal((await linksOf(account)).length, 1);
    }
  });

  await t.test('a link of an upstream that was removed is no way', async (t) => {
    const { browser, account } = await signedInBy(acme, 'acme');
    const gone = { upstream: 'gone', subject: 'x', account: account.id, linkedAt: 0, label: 'x', given: {} };
    await store.commit([upstreamLinks.insertion(gone)]);
    await removing(browser);
    t.strictSame(await linksOf(account), [`acme ${account.username}`]);
  });

  await t.test('a passkey and a link: one of them goes', async (t) => {
    for (let round = 0; round < 3; round += 1) {
      const { account } = await signedInBy(acme, 'acme');
      const authenticator = await addPasskey(server, account.username);
      const browser = new Browser();
      const login = await browser.open(list);
      const page = await sendPasskey(browser, login, authenticator.get(passkeyFormOf(login.body).options));
      const [path = ''] = removePathsIn(page);
      const [passkey] = await passkeys.list(account.id);
      const csrf = await csrfOf(browser);
      const answers = await Promise.all(
        [path, `/account/passkeys/${passkey?.id}/remove`].map((one) => post(browser, one, { csrf })),
      );
      t.strictSame(answers.map(({ status }) => status).sort(), [303, 409]);
      t.equal((await linksOf(account)).length + (await passkeys.list(account.id)).length, 1);
    }
  });

  await t.test('with a password all of them go', async (t) => {
    const { browser, account } = await signedIn();
    await link(browser, acme, `${account.id}-1`);
    await link(browser, globex, `${account.id}-2`);
    await removing(browser);
    t.strictSame(await linksOf(account), []);
  });
});

t.test('a sign-in that was under way gives nothing to an account that was unlinked meanwhile', async (t) => {
  const { account } = await signedIn();
  const { provisioning } = app.services;
  const identity = { upstream: 'acme', subject: 'under-way', profile: {}, assigned: {}, amr: [] };
  await provisioning.link(account, identity, []);
  const found = await provisioning.find(identity);
  if (!found) throw new Error('not linked');
  await provisioning.unlink(account, found.stored, []);
  const late = await provisioning.update(found.stored, account, { ...identity, groups: ['staff'] }, []);
  t.equal(late, undefined);
  t.strictSame((await accountOf(account.id)).groups, []);
  const [document] = await store.read([found.stored.key]);
  t.equal(document, undefined);
  t.equal(found.stored.key.kind, kinds.upstreamLink);
});
