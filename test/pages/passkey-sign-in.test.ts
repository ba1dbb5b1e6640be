import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { relyingPartyOf } from '#src/services/passkeys/relying-party.ts';
import { addPasskey, hasPasskeyForm, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  signedInBrowser,
  startInProcess,
  testConfig,
  usualConfig,
} from '../support/setup/index.ts';
import { SoftwareAuthenticator, type Wrong } from '../support/software-authenticator.ts';

const perAddress = 80;

const server = await startInProcess(t, {
  ...usualConfig,
  accounts: [...usualConfig.accounts, { username: 'bob', password }],
  security: {
    password: { memory_kib: 8192, passes: 1 },
    throttle: { passkey_per_address: perAddress },
  },
});
const { issuer, app } = server;
const client = new RelyingParty(issuer);
const origin = new URL(issuer).origin;
const verifier = newVerifier();

const openLogin = (browser: Browser, parameters: Readonly<Record<string, string>> = {}): Promise<Page> =>
  browser.open(client.authorizationUrl(verifier, parameters));

/** Runs `action` and returns the reasons of the sign-ins that were refused meanwhile. */
const refusals = async (action: () => Promise<unknown>): Promise<readonly string[]> => {
  const seen: SecurityEvent[] = [];
  const stop = app.events.listen((event) => seen.push(event), ['refused'], ['sign-in']);
  await action();
  stop();
  return seen.map(({ reason }) => reason ?? '');
};

const claimsOf = async (page: Page) => {
  const code = redirectParameters(page).get('code') ?? '';
  const { body } = await client.redeem(code, verifier);
  return decodeJwt(String(body.id_token));
};

const ada = await addPasskey(server, 'ada');
const bob = await addPasskey(server, 'bob', { algorithm: -8, multiDevice: false, counter: 5 });

/** The passkey is refused on the login page, which says nothing about why, and nobody is signed in. */
const assertRefused = async (
  t: Test,
  reason: string,
  send: (page: Page, browser: Browser) => Promise<Page>,
) => {
  const browser = new Browser();
  const page = await openLogin(browser);
  let answer: Page | undefined;
  const reasons = await refusals(async () => {
    answer = await send(page, browser);
  });
  t.equal(answer?.status, 422, reason);
  t.match(answer?.body, 'This passkey didn’t work. Sign in another way.');
  t.notOk(passkeyFormOf(answer?.body ?? '').autofill, 'autofill would send it again at once');
  t.strictSame(reasons, [reason]);
  t.match((await openLogin(browser)).body, 'login-submit', 'a browser that is not signed in');
  return answer;
};

t.test('what is wrong with an assertion is refused with one text', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const wrong: readonly (readonly [string, Wrong])[] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:1' }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['an answer to create()', { type: 'webauthn.create' }],
    ['no user verification', { userVerified: false }],
    ['no user presence', { userPresent: false }],
    ['a signature by another key', { signWith: privateKey }],
    ['the handle of another person', { userHandle: bob.userHandle }],
    ['no user handle', { userHandle: null }],
    ['backed up but not eligible for it', { backedUp: true }],
  ];
  for (const [what, one] of wrong)
    await t.test(what, (t) =>
      assertRefused(t, 'wrong_passkey', (page, browser) =>
        sendPasskey(
          browser,
          page,
          (what.startsWith('backed') ? bob : ada).get(passkeyFormOf(page.body).options, one),
        ),
      ),
    );
  await t.test('a frame of another site', (t) =>
    assertRefused(t, 'malformed_passkey', (page, browser) =>
      sendPasskey(browser, page, ada.get(passkeyFormOf(page.body).options, { crossOrigin: true })),
    ),
  );
  await t.test('a credential of one person that is named as another’s', (t) =>
    assertRefused(t, 'wrong_passkey', (page, browser) =>
      sendPasskey(
        browser,
        page,
        ada.get(passkeyFormOf(page.body).options, {
          credentialId: bob.credentialId,
          userHandle: bob.userHandle,
        }),
      ),
    ),
  );
});

t.test('anything that is no answer of a browser is refused', async (t) => {
  const page = await openLogin(new Browser());
  const right = JSON.parse(ada.get(passkeyFormOf(page.body).options));
  const { response } = right;
  const malformed: readonly unknown[] = [
    '',
    'null',
    '[]',
    '{',
    {},
    { ...right, id: `${right.id}=` },
    { ...right, id: 'A'.repeat(2000) },
    { ...right, type: 'password' },
    { ...right, response: null },
    { ...right, response: 'x' },
    { ...right, response: { ...response, signature: '' } },
    { ...right, response: { ...response, userHandle: 5 } },
    { ...right, response: { ...response, clientDataJSON: 'e30' } },
    { ...right, response: { ...response, clientDataJSON: 'AAAA' } },
    { ...right, response: { ...response, userHandle: 'A'.repeat(100) } },
    { ...right, response: { ...response, signature: 'A'.repeat(2000) } },
    {
      ...right,
      id: 'constructor',
      response: { ...response, clientDataJSON: Buffer.from('[]').toString('base64url') },
    },
  ];
  for (const one of malformed)
    await assertRefused(t, 'malformed_passkey', (page, browser) =>
      sendPasskey(browser, page, typeof one === 'string' ? one : JSON.stringify(one)),
    );
  await assertRefused(t, 'wrong_passkey', (page, browser) => {
    const answer = JSON.parse(ada.get(passkeyFormOf(page.body).options));
    return sendPasskey(
      browser,
      page,
      JSON.stringify({ ...answer, response: { ...answer.response, authenticatorData: 'AAAA' } }),
    );
  });
});

t.test('no more CBOR is decoded than an authenticator sends (CWE-400)', async (t) => {
  const extensions = { 'an array of empty items': [0x99, 0xff, 0xff, 0x80], 'nested arrays': [0x81, 0x81] };
  for (const [what, bytes] of Object.entries(extensions))
    await assertRefused(t, 'malformed_passkey', (page, browser) => {
      const answer = JSON.parse(ada.get(passkeyFormOf(page.body).options));
      const data = Buffer.from(answer.response.authenticatorData, 'base64url');
      // Extension data follows (WebAuthn §6.1).
      data.writeUInt8(data.readUInt8(32) | 0x80, 32);
      const head = Buffer.from(bytes.slice(0, -1));
      const authenticatorData = Buffer.concat([data, head, Buffer.alloc(65_535 / 3, bytes.at(-1))]);
      t.comment(`${what}: ${authenticatorData.length} bytes`);
      const response = { ...answer.response, authenticatorData: authenticatorData.toString('base64url') };
      return sendPasskey(browser, page, JSON.stringify({ ...answer, response }));
    });
});

t.test('a challenge is used once, in the browser and for the sign-in that it was made for', async (t) => {
  const other = await openLogin(new Browser());
  const elsewhere = passkeyFormOf(other.body).options;
  await assertRefused(t, 'passkey_challenge', (page, browser) =>
    sendPasskey(browser, page, ada.get(elsewhere)),
  );
  await assertRefused(t, 'passkey_challenge', (page, browser) =>
    sendPasskey(browser, page, ada.get({ ...passkeyFormOf(page.body).options, challenge: 'A'.repeat(51) })),
  );
  const enrolment = await app.services.passkeys.requestOptions(['enrolment', 'test']);
  await assertRefused(t, 'passkey_challenge', (page, browser) =>
    sendPasskey(browser, page, ada.get(enrolment)),
  );

  await t.test('also after a refusal', async (t) => {
    const browser = new Browser();
    const page = await openLogin(browser);
    const { options } = passkeyFormOf(page.body);
    const reasons = await refusals(async () => {
      t.equal((await sendPasskey(browser, page, ada.get(options, { userVerified: false }))).status, 422);
      t.equal((await sendPasskey(browser, page, ada.get(options))).status, 422);
    });
    t.strictSame(reasons, ['wrong_passkey', 'passkey_challenge']);
  });

  await t.test('of twelve requests at once, one signs in', async (t) => {
    const browser = new Browser();
    const page = await openLogin(browser);
    const { options, action, csrf } = passkeyFormOf(page.body);
    const credential = ada.get(options);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        browser.request(new URL(action, issuer).href, {
          method: 'POST',
          body: new URLSearchParams({ csrf, credential }),
          headers: { origin: issuer },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    t.strictSame(statuses, [303, ...Array.from({ length: 11 }, () => 422)]);
  });

  await t.test('for an hour', async (t) => {
    const purpose = ['sign-in', 'some interaction'] as const;
    const options = await app.services.passkeys.requestOptions(purpose);
    server.clock.advance(3601);
    t.teardown(server.clock.restore);
    const late = app.services.passkeys.authenticate({ credential: ada.get(options), purpose });
    await t.rejects(late, { message: 'the passkey was refused: passkey_challenge' });
  });
});

t.test('a form that another site sends, or that has no token, starts no session', async (t) => {
  const browser = new Browser();
  const page = await openLogin(browser);
  const { options, action, csrf } = passkeyFormOf(page.body);
  const credential = ada.get(options);
  const send = (fields: Readonly<Record<string, string>>, from: string): Promise<Page> =>
    browser.request(new URL(action, issuer).href, {
      method: 'POST',
      body: new URLSearchParams({ credential, ...fields }),
      headers: { origin: from },
    });
  t.equal((await send({ csrf }, 'https://evil.example')).status, 403);
  t.equal((await send({}, issuer)).status, 403);
  t.equal((await send({ csrf: 'x'.repeat(43) }, issuer)).status, 403);
  t.equal(
    (
      await new Browser().request(new URL(action, issuer).href, {
        method: 'POST',
        body: new URLSearchParams({ csrf, credential }),
        headers: { origin: issuer },
      })
    ).status,
    400,
    'another browser doesn’t have the interaction',
  );
  t.equal((await send({ csrf }, issuer)).status, 303, 'the challenge is still good');
});

t.test(
  'a passkey that this server doesn’t know is refused, and the browser is told to forget it',
  async (t) => {
    const stranger = new SoftwareAuthenticator({ origin });
    stranger.userHandle = ada.userHandle;
    const answer = await assertRefused(t, 'unknown_passkey', (page, browser) =>
      sendPasskey(browser, page, stranger.get(passkeyFormOf(page.body).options)),
    );
    const [, signal = ''] = /data-passkey-signal="([^"]*)"/.exec(answer?.body ?? '') ?? [];
    t.strictSame(JSON.parse(signal.replaceAll('&quot;', '"')), {
      method: 'signalUnknownCredential',
      rpId: 'localhost',
      credentialId: stranger.credentialId,
    });
  },
);

t.test('an authenticator with a counter that doesn’t grow may be a copy (WebAuthn §6.1.1)', async (t) => {
  const thief = bob.clone();
  const browser = new Browser();
  const page = await openLogin(browser);
  await sendPasskey(browser, page, bob.get(passkeyFormOf(page.body).options));
  await assertRefused(t, 'passkey_counter', (page, browser) =>
    sendPasskey(browser, page, thief.get(passkeyFormOf(page.body).options)),
  );
  await assertRefused(t, 'passkey_counter', (page, browser) =>
    sendPasskey(browser, page, thief.get(passkeyFormOf(page.body).options, { counter: 0 })),
  );
});

t.test('the passkey of a disabled account starts no session', async (t) => {
  const { id } = await server.addAccount({ username: 'carol', password });
  const carol = await addPasskey(server, 'carol');
  await app.services.accounts.disable(id);
  await assertRefused(t, 'account_disabled', (page, browser) =>
    sendPasskey(browser, page, carol.get(passkeyFormOf(page.body).options)),
  );
});

t.test('a passkey signs in, and tokens say how (RFC 8176)', async (t) => {
  for (const [authenticator, username, amr] of [
    [ada, 'ada', ['swk', 'user', 'mfa']],
    [bob, 'bob', ['hwk', 'user', 'mfa']],
  ] as const) {
    const browser = new Browser();
    const page = await openLogin(browser, { nonce: 'n', max_age: '300' });
    const { options, autofill } = passkeyFormOf(page.body);
    t.match(options, { rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
    t.equal(autofill, 'yes');
    const claims = await claimsOf(await sendPasskey(browser, page, authenticator.get(options)));
    const account = await app.services.accounts.findByUsername(username);
    t.match(claims, { sub: account?.id, amr });
    const [passkey] = await app.services.passkeys.list(account?.id ?? '');
    t.ok(Date.now() - (passkey?.lastUsedAt ?? 0) < 60_000, 'its last use is noted');
  }
});

t.test('every algorithm of the list signs in', async (t) => {
  for (const algorithm of [-7, -8, -257] as const) {
    const username = `with${-algorithm}`;
    await server.addAccount({ username, password });
    const authenticator = await addPasskey(server, username, { algorithm });
    const browser = new Browser();
    const page = await openLogin(browser);
    const answer = await sendPasskey(browser, page, authenticator.get(passkeyFormOf(page.body).options));
    t.ok(redirectParameters(answer).get('code'), `${algorithm}`);
  }
});

t.test('a person who must sign in again does so with a passkey of that account', async (t) => {
  const browser = new Browser();
  const first = await openLogin(browser);
  await sendPasskey(browser, first, ada.get(passkeyFormOf(first.body).options));
  for (const parameters of [{ prompt: 'login' }, { max_age: '0' }]) {
    const again = await openLogin(browser, parameters);
    const { options, autofill } = passkeyFormOf(again.body);
    t.strictSame(options.allowCredentials, [
      { type: 'public-key', id: ada.credentialId, transports: ['hybrid', 'internal'] },
    ]);
    t.equal(autofill, '');
    const foreign = await sendPasskey(browser, again, bob.get(options));
    t.equal(foreign.status, 422);
    t.match(foreign.body, 'belongs to another account');
    const retry = passkeyFormOf(foreign.body).options;
    const answer = await sendPasskey(browser, foreign, ada.get(retry, { userHandle: null }));
    t.ok(redirectParameters(answer).get('code'), 'authenticators may leave the handle out here');
  }
});

t.test('a person without a passkey is not asked for one to sign in again', async (t) => {
  await server.addAccount({ username: 'dave', password });
  const browser = await signedInBrowser(server, 'dave');
  const again = await openLogin(browser, { prompt: 'login' });
  t.match(again.body, 'login-submit');
  t.notOk(hasPasskeyForm(again.body));
});

t.test('passkeys can be switched off, and an IP address can have none', async (t) => {
  const off = await startInProcess(t, { ...usualConfig, passkeys: { enabled: false } });
  const page = await new Browser().open(new RelyingParty(off.issuer).authorizationUrl(verifier));
  t.match(page.body, 'login-submit');
  t.notOk(hasPasskeyForm(page.body));
  t.notMatch(page.body, 'passkeys.');
  for (const [address, isPossible] of [
    ['https://id.example.com', true],
    ['http://localhost:3000', true],
    ['http://id.example.com', false],
    ['https://192.0.2.1', false],
    ['https://[2001:db8::1]', false],
  ] as const) {
    const party = relyingPartyOf({ ...testConfig(), issuer: address });
    t.equal(party !== undefined, isPossible, address);
  }
});

t.test('too many tries from one address have to wait', async (t) => {
  const browser = new Browser();
  let page = await openLogin(browser);
  for (let tries = 0; tries <= perAddress && page.status !== 429; tries += 1)
    page = await sendPasskey(browser, page, '{}');
  t.equal(page.status, 429);
  t.equal(page.headers.get('retry-after'), '60');
  t.match(page.body, 'Too many attempts');
  const right = ada.get(passkeyFormOf(page.body).options);
  t.equal((await sendPasskey(browser, page, right)).status, 429);
  const answer = await browser.submit(page, { login: 'ada', password });
  t.ok(redirectParameters(answer).get('code'), 'the password is counted apart');
});
