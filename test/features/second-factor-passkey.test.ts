import { decodeJwt } from 'jose';
import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { codeAt } from '../support/authenticator.ts';
import { addPasskey, hasPasskeyForm, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { hasCode, hasSession, openFactors } from '../support/second-factor.ts';
import { Browser, newVerifier, type Page, password, redirectParameters } from '../support/setup/index.ts';
import type { Wrong } from '../support/software-authenticator.ts';

const stage = await openFactors(
  t,
  {
    required: 'when_enrolled',
    remember_days: 30,
    password_acr: 'low',
    second_factor_acr: 'middle',
    passkey_acr: 'high',
  },
  {
    security: {
      acr_values: ['low', 'middle', 'high'],
      throttle: { sign_in_per_address: 0, sign_in_start_per_address: 0 },
    },
  },
);
const { server, app, begin, now } = stage;
const { accounts, passkeys } = server.app.services;

let people = 0;
const newPerson = async () => {
  people += 1;
  const login = `person-${people}`;
  const { id } = await server.addAccount({ username: login, password });
  return { id, login };
};

const typePassword = async (
  browser: Browser,
  login: string,
  parameters: Record<string, string> = {},
  verifier?: string,
): Promise<Page> => browser.submit(await begin(browser, parameters, verifier), { login, password });

/** Sends fields with the token of the page, whatever form it has. */
const post = (browser: Browser, page: Page, fields: Readonly<Record<string, string>>): Promise<Page> =>
  browser.open(new URL(passkeyFormOf(page.body).action, page.url).href, {
    method: 'POST',
    body: new URLSearchParams({ csrf: passkeyFormOf(page.body).csrf, ...fields }),
    headers: { origin: new URL(page.url).origin },
  });

const claimsOf = async (page: Page, verifier: string) => {
  const { body } = await app.redeem(redirectParameters(page).get('code') ?? '', verifier);
  return decodeJwt(String(body['id_token']));
};

const find = async (id: string) => {
  const account = await accounts.find(id);
  if (!account) throw new Error('the account is gone');
  return account;
};

/** A person with an app and a passkey. */
const withBoth = async () => {
  const person = await newPerson();
  const account = await find(person.id);
  const { factors } = server.app.services;
  const { pending, secret } = factors.begin(account, 'test');
  const enrolled = await factors.enrol(account, { place: 'test', pending, code: codeAt(secret, now()) });
  if (enrolled.outcome !== 'added') throw new Error(enrolled.outcome);
  const authenticator = await addPasskey(server, person.login);
  server.clock.advance(31);
  return { ...person, key: secret, codes: enrolled.recoveryCodes ?? [], authenticator };
};

const both = await withBoth();
const stranger = await newPerson();
const foreign = await addPasskey(server, stranger.login);

const ask = async (browser: Browser, parameters?: Record<string, string>, verifier?: string) => {
  const page = await typePassword(browser, both.login, parameters, verifier);
  t.match(page.body, 'factor-submit');
  return page;
};

const reasonsOf = async (action: () => Promise<unknown>): Promise<readonly (string | undefined)[]> => {
  const seen: SecurityEvent[] = [];
  const stop = server.app.events.listen((event) => seen.push(event), ['refused'], ['second-factor']);
  await action();
  stop();
  return seen.map(({ reason }) => reason);
};

t.test('what is wrong with a passkey is refused after the password too', async (t) => {
  const wrong: readonly (readonly [string, Wrong])[] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['no user verification', { userVerified: false }],
    ['the handle of another person', { userHandle: foreign.userHandle }],
  ];
  for (const [what, one] of wrong) {
    const browser = new Browser();
    const page = await ask(browser);
    let answer: Page | undefined;
    const reasons = await reasonsOf(async () => {
      answer = await sendPasskey(
        browser,
        page,
        both.authenticator.get(passkeyFormOf(page.body).options, one),
      );
    });
    t.equal(answer?.status, 422, what);
    t.match(answer?.body, 'This passkey didn’t work');
    t.strictSame(reasons, ['wrong_passkey'], what);
    t.notOk(hasSession(browser), what);
  }
});

t.test('the passkey of another person completes no sign-in', async (t) => {
  const browser = new Browser();
  const page = await ask(browser);
  const answer = await sendPasskey(browser, page, foreign.get(passkeyFormOf(page.body).options));
  t.equal(answer.status, 422);
  t.match(answer.body, 'belongs to another account');
  t.notOk(hasSession(browser));
});

t.test('a challenge counts once, and only after the password in its own browser', async (t) => {
  const browser = new Browser();
  const login = await begin(browser);
  const ofLogin = both.authenticator.get(passkeyFormOf(login.body).options);
  const page = await browser.submit(login, { login: both.login, password });
  const other = await ask(new Browser());
  for (const credential of [ofLogin, both.authenticator.get(passkeyFormOf(other.body).options)]) {
    const reasons = await reasonsOf(() => sendPasskey(browser, page, credential));
    t.strictSame(reasons, ['passkey_challenge']);
  }
  const right = both.authenticator.get(passkeyFormOf(page.body).options);
  const pages = await Promise.all(Array.from({ length: 6 }, () => sendPasskey(browser, page, right)));
  t.equal(pages.filter(hasCode).length, 1, pages.map(({ status }) => status).join());
});

t.test('a passkey is as good as a code, and tokens say both methods (RFC 8176)', async (t) => {
  const browser = new Browser();
  const verifier = newVerifier();
  const page = await ask(browser, {}, verifier);
  const { options, autofill, action } = passkeyFormOf(page.body);
  t.equal(options.userVerification, 'required');
  t.strictSame(
    options.allowCredentials.map(({ id }: { readonly id: string }) => id),
    [both.authenticator.credentialId],
  );
  t.equal(autofill, '', 'the person presses the button');
  const recovery = await browser.open(`${new URL(action, page.url)}?recovery=yes`);
  t.ok(hasPasskeyForm(recovery.body), 'the page for a recovery code has it too');
  const done = await sendPasskey(
    browser,
    recovery,
    both.authenticator.get(passkeyFormOf(recovery.body).options),
  );
  t.match(await claimsOf(done, verifier), { acr: 'high', amr: ['pwd', 'swk', 'user', 'mfa'] });
  t.ok((await passkeys.list(both.id))[0]?.lastUsedAt);
});

t.test('a level that only a passkey reaches takes no code', async (t) => {
  const verifier = newVerifier();
  const browser = new Browser();
  const page = await typePassword(browser, both.login, { acr_values: 'high' }, verifier);
  t.notMatch(page.body, 'factor-submit');
  t.match(page.body, 'confirm with your passkey');
  for (const fields of [{ code: codeAt(both.key, now()) }, { recovery_code: both.codes[0] ?? '' }]) {
    const refused = await post(browser, page, fields);
    t.match(refused.body, 'confirm with your passkey');
    t.notOk(hasSession(browser));
  }
  const done = await sendPasskey(browser, page, both.authenticator.get(passkeyFormOf(page.body).options));
  t.match(await claimsOf(done, verifier), { acr: 'high', amr: ['pwd', 'swk', 'user', 'mfa'] });

  const { id, login } = await newPerson();
  await addPasskey(server, login);
  const late = new Browser();
  const open = await typePassword(late, login, { acr_values: 'high' });
  await passkeys.removeAll(await find(id));
  const again = await post(late, open, { credential: '{}' });
  t.match(again.body, 'login-submit', 'the passkey is gone: nothing may be set up in its place');
});

t.test('a sign-in by passkey is the second factor that an operator requires of a person', async (t) => {
  const { id, login } = await newPerson();
  const authenticator = await addPasskey(server, login);
  await accounts.update(id, { required: { add: ['factor'] } });
  const browser = new Browser();
  const page = await typePassword(browser, login);
  t.match(page.body, 'confirm with your passkey');
  t.notMatch(page.body, 'factor-set-up', 'the password alone adds no app');
  t.strictSame((await find(id)).required, ['factor']);
  const other = new Browser();
  const form = await begin(other);
  t.ok(hasCode(await sendPasskey(other, form, authenticator.get(passkeyFormOf(form.body).options))));
  t.strictSame((await find(id)).required ?? [], []);
  t.match((await other.open(`${server.issuer}/account`)).body, login);
  t.ok(hasCode(await sendPasskey(browser, page, authenticator.get(passkeyFormOf(page.body).options))));
});

t.test('where everybody needs a second factor', async (t) => {
  const strict = await openFactors(t, { grace_days: 3, remember_days: 30 });
  await strict.server.addAccount({ username: 'ada', password });
  const authenticator = await addPasskey(strict.server, 'ada');
  const passwordPage = await strict.typePassword(new Browser());

  await t.test('a person with a passkey is asked for it and not for an app', async (t) => {
    const browser = new Browser();
    const page = await strict.typePassword(browser);
    t.equal(page.status, 200);
    t.match(page.body, 'confirm with your passkey');
    t.match(page.body, 'with JavaScript switched on', 'what to do where there is no button');
    for (const text of ['factor-set-up', 'factor-later', 'factor-submit', 'class="qr"'])
      t.notMatch(page.body, text);
    for (const fields of [{ later: 'yes' }, { code: '000000' }, { pending: 'x', code: '000000' }, {}]) {
      const refused = await post(browser, page, fields);
      t.match(refused.body, 'confirm with your passkey', JSON.stringify(fields));
      t.notOk(hasSession(browser));
    }
    const { options } = passkeyFormOf(page.body);
    t.ok(hasCode(await sendPasskey(browser, page, authenticator.get(options))));
  });

  await t.test('a form to set up an app, from before the passkey, adds none', async (t) => {
    const bob = await strict.server.addAccount({ username: 'bob', password });
    const browser = new Browser();
    const setUp = await browser.submit(await strict.begin(browser), { login: 'bob', password });
    t.match(setUp.body, 'factor-set-up');
    await addPasskey(strict.server, 'bob');
    const refused = await browser.submit(setUp, { later: 'yes' });
    t.match(refused.body, 'confirm with your passkey');
    t.notOk(hasSession(browser));
    t.match((await strict.server.app.services.accounts.find(bob.id))?.factors ?? [], []);
  });

  await t.test('a browser is remembered after a passkey as after a code', async (t) => {
    const browser = new Browser();
    const page = await strict.typePassword(browser);
    t.match(page.body, 'remember_browser');
    const credential = authenticator.get(passkeyFormOf(page.body).options);
    t.ok(hasCode(await sendPasskey(browser, page, credential, { remember_browser: 'yes' })));
    const again = await browser.submit(await strict.begin(browser, { prompt: 'login' }), { password });
    t.ok(hasCode(again));
    t.ok(hasPasskeyForm((await strict.typePassword(new Browser())).body), 'other browsers are asked');
  });

  t.ok(hasPasskeyForm(passwordPage.body));
});
