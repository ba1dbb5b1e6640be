import t, { type Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { forgetPasskeys } from '#src/services/passkeys/index.ts';
import { ownerKey } from '#src/services/passkeys/record.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { addPasskey, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { Browser, type Page, password, startInProcess, usualConfig } from '../support/setup/index.ts';
import { SoftwareAuthenticator, type Wrong } from '../support/software-authenticator.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  security: { password: { memory_kib: 8192, passes: 1 } },
});
const { issuer, app } = server;
const { accounts, passkeys } = app.services;
const origin = new URL(issuer).origin;
const list = `${issuer}/account/passkeys`;
const add = `${list}/add`;

let people = 0;

/** A new account, and a browser in which its owner signed in by password. */
const signedIn = async () => {
  people += 1;
  const username = `person-${people}`;
  const { id } = await server.addAccount({ username, password });
  const browser = new Browser();
  const login = await browser.open(list);
  const page = await browser.submit(login, { login: username, password });
  const account = await accounts.find(id);
  if (!account) throw new Error('the account is gone');
  return { browser, page, username, account };
};

/** An account without a password, and a browser in which its owner signed in by passkey. */
const signedInByPasskey = async (withPassword = false) => {
  people += 1;
  const username = `person-${people}`;
  const { id } = await server.addAccount({ username, password });
  const authenticator = await addPasskey(server, username);
  if (!withPassword) await accounts.removePassword(id);
  const browser = new Browser();
  const login = await browser.open(list);
  const page = await sendPasskey(browser, login, authenticator.get(passkeyFormOf(login.body).options));
  const account = await accounts.find(id);
  if (!account) throw new Error('the account is gone');
  return { browser, page, username, account, authenticator };
};

const count = async ({ id }: { readonly id: string }): Promise<number> => (await passkeys.list(id)).length;

const onlyId = async ({ id }: { readonly id: string }): Promise<string> =>
  (await passkeys.list(id))[0]?.id ?? '';

const isLogin = ({ body }: Page): boolean => body.includes('login-submit');

/** Runs `action` and returns the events of passkeys meanwhile. */
const eventsOf = async (action: () => Promise<unknown>): Promise<readonly SecurityEvent[]> => {
  const seen: SecurityEvent[] = [];
  const stop = app.events.listen((event) => seen.push(event));
  await action();
  stop();
  return seen.filter(({ type }) => type.startsWith('passkey.'));
};

t.test('nobody adds or removes a passkey without a session', async (t) => {
  const { account, authenticator } = await signedInByPasskey();
  const id = await onlyId(account);
  for (const path of [list, add, `${list}/${id}`, `${list}/${id}/remove`]) {
    t.ok(isLogin(await new Browser().open(path)), path);
    const posted = await new Browser().open(path, {
      method: 'POST',
      body: new URLSearchParams({ credential: authenticator.create({ challenge: 'AAAA' }) }),
      headers: { origin },
    });
    t.ok(isLogin(posted) || posted.status === 404, `${path} ${posted.status}`);
  }
  t.equal(await count(account), 1);
});

t.test('a stolen session adds and removes nothing without a fresh sign-in', async (t) => {
  const { browser, account } = await signedIn();
  const thief = new SoftwareAuthenticator({ origin });
  const form = await browser.open(add);
  server.clock.advance(301);
  t.teardown(server.clock.restore);
  const again = await browser.open(add);
  t.ok(isLogin(again), 'the form asks for a sign-in');
  t.match(again.body, 'readonly', 'of the same person');
  t.ok(isLogin(await sendPasskey(browser, form, thief.create(passkeyFormOf(form.body).options))));
  t.equal(await count(account), 0);

  await addPasskey(server, account.username);
  const id = await onlyId(account);
  t.ok(isLogin(await browser.open(`${list}/${id}/remove`)));
  t.equal(await count(account), 1);
});

t.test('forms of other sites and of other sessions change nothing', async (t) => {
  const { browser, account } = await signedIn();
  const other = await signedIn();
  const authenticator = new SoftwareAuthenticator({ origin });
  const page = await browser.open(add);
  const { options, csrf } = passkeyFormOf(page.body);
  const send = (fields: Readonly<Record<string, string>>, from: string): Promise<Page> =>
    browser.request(add, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: from } });
  const credential = authenticator.create(options);
  const otherCsrf = passkeyFormOf((await other.browser.open(add)).body).csrf;
  t.equal((await send({ credential, csrf }, 'https://evil.example')).status, 403);
  t.equal((await send({ credential }, origin)).status, 403);
  t.equal((await send({ credential, csrf: otherCsrf }, origin)).status, 403);
  t.equal(await count(account), 0);

  await addPasskey(server, account.username);
  const id = await onlyId(account);
  for (const path of [`${list}/${id}`, `${list}/${id}/remove`]) {
    const forged = await browser.request(path, {
      method: 'POST',
      body: new URLSearchParams({ name: 'evil', csrf: otherCsrf }),
      headers: { origin },
    });
    t.equal(forged.status, 403, path);
  }
  t.match(await passkeys.list(account.id), [{ id, name: undefined }]);
});

t.test('what is wrong with a new passkey is refused', async (t) => {
  const { browser, account } = await signedIn();
  const refused = async (
    t: Test,
    reason: string,
    create: (options: ReturnType<typeof passkeyFormOf>['options']) => string,
    text = 'couldn’t be added',
  ): Promise<void> => {
    const page = await browser.open(add);
    let answer: Page | undefined;
    const events = await eventsOf(async () => {
      answer = await sendPasskey(browser, page, create(passkeyFormOf(page.body).options));
    });
    t.equal(answer?.status, 422, reason);
    t.match(answer?.body, text);
    t.match(events, [{ type: 'passkey.refused', outcome: 'refused', reason, account: account.id }]);
    t.equal(await count(account), 0);
  };
  const wrong: readonly (readonly [string, Wrong])[] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['an answer to get()', { type: 'webauthn.get' }],
    ['no user verification', { userVerified: false }],
    ['no user presence', { userPresent: false }],
  ];
  for (const [what, one] of wrong)
    await t.test(what, (t) =>
      refused(t, 'wrong_passkey', (options) => new SoftwareAuthenticator({ origin }).create(options, one)),
    );

  await t.test('an algorithm outside of the list', async (t) => {
    const page = await browser.open(add);
    const { pubKeyCredParams } = passkeyFormOf(page.body).options;
    t.strictSame(
      pubKeyCredParams.map(({ alg }: { readonly alg: number }) => alg),
      [-7, -8, -257],
    );
    const es384 = new SoftwareAuthenticator({ origin, algorithm: -35 });
    await refused(t, 'wrong_passkey', (options) => es384.create(options));
  });

  await t.test('attestation with a certificate, whose revocation list would be fetched', (t) => {
    const attStmt = new Map<string, number | string | Uint8Array>([
      ['alg', -7],
      ['sig', new Uint8Array(70)],
      ['x5c', new Uint8Array(100)],
    ]);
    return refused(t, 'wrong_passkey', (options) =>
      new SoftwareAuthenticator({ origin }).create(options, { attestation: { fmt: 'packed', attStmt } }),
    );
  });

  await t.test('anything that is no answer of a browser', async (t) => {
    for (const text of ['', '{}', '[]', '{"id":"AAAA","type":"public-key","response":{}}'])
      await refused(t, 'malformed_passkey', () => text);
  });

  await t.test('more CBOR than an authenticator sends (CWE-400)', (t) =>
    refused(t, 'malformed_passkey', (options) =>
      new SoftwareAuthenticator({ origin }).create(options, {
        attestation: { fmt: 'none', attStmt: new Map([['more', new Uint8Array(4_000)]]) },
      }),
    ),
  );

  await t.test('a challenge of another session, or of a sign-in', async (t) => {
    const other = await signedIn();
    const theirs = passkeyFormOf((await other.browser.open(add)).body).options;
    await refused(t, 'passkey_challenge', () => new SoftwareAuthenticator({ origin }).create(theirs));
    const login = passkeyFormOf((await new Browser().open(list)).body).options;
    await refused(t, 'passkey_challenge', () =>
      new SoftwareAuthenticator({ origin }).create({ ...theirs, challenge: login.challenge }),
    );
  });

  await t.test('the passkey of another person', async (t) => {
    const { authenticator } = await signedInByPasskey();
    const { userHandle } = authenticator;
    await refused(t, 'already_registered', (options) => authenticator.create(options), 'was added before');
    authenticator.userHandle = userHandle;
  });
});

t.test('of eight forms at once with one challenge, one adds a passkey', async (t) => {
  const { browser, account } = await signedIn();
  const page = await browser.open(add);
  const { options, csrf } = passkeyFormOf(page.body);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      browser.request(add, {
        method: 'POST',
        body: new URLSearchParams({
          csrf,
          credential: new SoftwareAuthenticator({ origin }).create(options),
        }),
        headers: { origin },
      }),
    ),
  );
  const added = answers.filter(({ headers }) => headers.get('location')?.endsWith('?done=added'));
  t.equal(added.length, 1, 'the others are refused, or need the new passkey by then');
  t.equal(await count(account), 1);
});

t.test('a person adds a passkey, names it, and sees where it is kept', async (t) => {
  const { browser, page, account, username } = await signedIn();
  t.match(page.body, 'You have no passkey yet.');
  const authenticator = new SoftwareAuthenticator({
    origin,
    aaguid: 'd548826e-79b4-db40-a3d8-11116f7e8349',
  });
  const form = await browser.open(add);
  const { options } = passkeyFormOf(form.body);
  t.match(options, {
    rp: { id: 'localhost', name: 'Postern' },
    user: { name: username, displayName: username },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
    excludeCredentials: [],
  });
  t.notMatch(Buffer.from(options.user.id, 'base64url').toString(), username);
  const listed = await sendPasskey(browser, form, authenticator.create(options));
  t.equal(listed.status, 200);
  t.match(listed.body, 'The passkey was added.');
  t.match(listed.body, '<h2 class="entry-title">Bitwarden</h2>');
  t.match(listed.body, 'On all devices of your password manager');
  t.match(listed.body, 'Add a second passkey');
  const signals = [...listed.body.matchAll(/data-passkey-signal="([^"]*)"/g)].map(([, text = '']) =>
    JSON.parse(text.replaceAll('&quot;', '"')),
  );
  t.match(signals, [
    {
      method: 'signalAllAcceptedCredentials',
      rpId: 'localhost',
      userId: options.user.id,
      allAcceptedCredentialIds: [authenticator.credentialId],
    },
    { method: 'signalCurrentUserDetails', userId: options.user.id, name: username },
  ]);

  const login = await browser.open(add);
  const again = await sendPasskey(browser, login, authenticator.get(passkeyFormOf(login.body).options));
  t.match(passkeyFormOf(again.body).options.excludeCredentials, [{ id: authenticator.credentialId }]);

  const id = await onlyId(account);
  const name = await browser.open(`${list}/${id}`);
  const renamed = await browser.submit(name, { name: `  <b>Laptop</b> ${'x'.repeat(100)}` });
  t.match(renamed.body, 'The name was changed.');
  t.match(renamed.body, '&lt;b&gt;Laptop&lt;/b&gt; xxx');
  t.equal((await passkeys.list(account.id))[0]?.name?.length, 60);
  await browser.submit(await browser.open(`${list}/${id}`), { name: '' });
  t.match((await browser.open(list)).body, '<h2 class="entry-title">Bitwarden</h2>');
});

t.test('a passkey that is removed starts no session', async (t) => {
  const { browser, account, authenticator } = await signedInByPasskey(true);
  const id = await onlyId(account);
  const ask = await browser.open(`${list}/${id}/remove`);
  t.match(ask.body, 'Remove this passkey?');
  t.equal(await count(account), 1, 'the page only asks');
  const events = await eventsOf(async () => {
    t.match((await browser.submit(ask, {})).body, 'The passkey was removed.');
  });
  t.match(events, [{ type: 'passkey.removed', outcome: 'ok', account: account.id }]);
  const login = await new Browser().open(list);
  const stranger = new Browser();
  const page = await stranger.open(list);
  t.equal(
    (await sendPasskey(stranger, page, authenticator.get(passkeyFormOf(page.body).options))).status,
    422,
  );
  t.ok(isLogin(login));
});

t.test('the passkey of another person can’t be seen, named or removed', async (t) => {
  const { account } = await signedInByPasskey();
  const other = await signedInByPasskey();
  const id = await onlyId(account);
  for (const path of [`${list}/${id}`, `${list}/${id}/remove`, `${list}/pk_unknown`])
    t.equal((await other.browser.open(path)).status, 404, path);
  const own = await other.browser.open(`${list}/${await onlyId(other.account)}`);
  const forged = { ...own, body: own.body.replaceAll(await onlyId(other.account), id) };
  t.equal((await other.browser.submit(forged, { name: 'mine' })).status, 404);
  t.equal(await count(account), 1);
});

t.test('the last way to sign in can’t be removed, by several requests neither', async (t) => {
  const { browser, account } = await signedInByPasskey();
  const first = await onlyId(account);
  const last = await browser.open(`${list}/${first}/remove`);
  t.match(last.body, 'your only way to sign in');
  const { csrf } = passkeyFormOf((await browser.open(add)).body);
  const remove = (id: string): Promise<Page> =>
    browser.request(`${list}/${id}/remove`, {
      method: 'POST',
      body: new URLSearchParams({ csrf }),
      headers: { origin },
    });
  t.equal((await remove(first)).status, 409);
  t.equal(await count(account), 1);

  await addPasskey(server, account.username);
  const ids = (await passkeys.list(account.id)).map(({ id }) => id);
  const answers = await Promise.all([...ids, ...ids].map(remove));
  t.equal(answers.filter(({ status }) => status === 303).length, 1);
  t.equal(await count(account), 1);
});

t.test('password managers find the pages', async (t) => {
  const answer = await fetch(`${issuer}/.well-known/passkey-endpoints`, { redirect: 'error' });
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), 'application/json');
  t.strictSame(await answer.json(), { enroll: add, manage: list });
});

t.test('with a passkey, the password alone removes none and adds none', async (t) => {
  const { browser, account, username } = await signedIn();
  await addPasskey(server, username);
  const id = await onlyId(account);
  for (const path of [`${list}/${id}/remove`, add]) {
    const login = await browser.open(path);
    t.ok(isLogin(login), path);
    const again = await browser.submit(login, { login: username, password });
    t.match(again.body, 'confirm with your passkey');
    t.notMatch(again.body, 'factor-set-up', 'the password adds no app either');
    t.equal(passkeyFormOf(again.body).options.allowCredentials.length, 1);
  }
  const { csrf } =
    /name="csrf" value="(?<csrf>[^"]*)"/.exec((await browser.open(`${list}/${id}`)).body)?.groups ?? {};
  const forced = await browser.open(`${list}/${id}/remove`, {
    method: 'POST',
    body: new URLSearchParams({ csrf: csrf ?? '' }),
    headers: { origin },
  });
  t.ok(isLogin(forced), 'not with a form of another page either');
  t.equal(await count(account), 1);
});

t.test('an account that is deleted leaves nothing of its passkeys', async (t) => {
  const { account, authenticator } = await signedInByPasskey(true);
  await forgetPasskeys(server.store, account);
  await forgetPasskeys(server.store, account);
  t.strictSame(await passkeys.list(account.id), []);
  const documents = await server.store.read([
    { kind: kinds.passkeys, family: account.id, id: '' },
    ownerKey(authenticator.credentialId),
  ]);
  t.strictSame(documents, [undefined, undefined]);
});
