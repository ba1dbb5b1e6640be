import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { factorsKey } from '#src/services/accounts/index.ts';
import { readFactors, writeFactors } from '#src/services/factors/record.ts';
import { hashOfRecoveryCode } from '#src/services/factors/recovery-codes.ts';
import { createSecretCipher } from '#src/services/keys/secret-cipher.ts';
import { codeAt, wrongCode } from '../support/authenticator.ts';
import { hasCode, hasSession, openFactors as open } from '../support/second-factor.ts';
import { Browser, formOf, password, redirectParameters } from '../support/setup/index.ts';

const manyTries = { security: { throttle: { sign_in_free_attempts: 50 } } };

t.test('a password alone makes no session for an account with a second factor', async (t) => {
  const { enrol, typePassword, begin, now } = await open(t);
  const { key, page, codes, browser } = await enrol();
  t.equal(codes.length, 10);
  t.match(page.body, 'Save your recovery codes');
  t.ok(hasCode(await browser.submit(page, {})), 'the app was added in this sign-in');

  const second = new Browser();
  const ask = await typePassword(second);
  t.equal(ask.status, 200);
  t.match(ask.body, /autocomplete="one-time-code"/);
  t.match(ask.body, /inputmode="numeric"/);
  t.notOk(hasSession(second), [...second.cookies.keys()].join());
  t.equal(redirectParameters(await begin(second, { prompt: 'none' })).get('error'), 'login_required');
  t.match((await begin(second)).body, 'login-submit', 'a parallel request asks for the password');

  for (const [fields, text] of [
    [{ code: '' }, 'Enter the code from'],
    [{ code: wrongCode(codeAt(key, now())) }, 'That code isn’t correct'],
    [{ code: '12345' }, 'That code isn’t correct'],
    [{ code: `${codeAt(key, now())}0` }, 'That code isn’t correct'],
    [{ recovery_code: '' }, 'Enter a recovery code'],
    [{ recovery_code: '00000-00000' }, 'That recovery code isn’t correct'],
  ] as const) {
    const refused = await second.submit(ask, fields);
    t.equal(refused.status, 422, JSON.stringify(fields));
    t.match(refused.body, text);
    t.match(refused.body, /<title>Error:/);
    t.notOk(hasSession(second));
  }
  const code = codeAt(key, now());
  t.ok(hasCode(await second.submit(ask, { code: `${code.slice(0, 3)} ${code.slice(3)}` })));
  t.ok(hasSession(second));
});

t.test('a code counts once within its step, and a recovery code once at all', async (t) => {
  const { server, enrol, typePassword, now } = await open(t, {}, manyTries);
  const { key, codes } = await enrol();
  const asking = async (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const browser = new Browser();
        return { browser, page: await typePassword(browser) };
      }),
    );

  await t.test('of parallel sign-ins with one code, one succeeds', async (t) => {
    const code = codeAt(key, now());
    const tries = await asking(4);
    const pages = await Promise.all(tries.map(({ browser, page }) => browser.submit(page, { code })));
    t.equal(pages.filter(hasCode).length, 1);
    const reused = pages.filter(({ status }) => status === 422);
    t.equal(reused.length, 3);
    for (const { body } of reused) t.match(body, 'That code was already used');
    const [late] = await asking(1);
    t.equal((await late?.browser.submit(late.page, { code }))?.status, 422);
  });

  await t.test('nor is the code of an earlier step accepted after a later one', async (t) => {
    server.clock.advance(61);
    const [one, other] = await asking(2);
    const earlier = codeAt(key, now() - 30_000);
    t.ok(one && hasCode(await one.browser.submit(one.page, { code: codeAt(key, now() + 30_000) })));
    const refused = await other?.browser.submit(other.page, { code: earlier });
    t.match(refused?.body, 'That code was already used');
    const [third] = await asking(1);
    const old = await third?.browser.submit(third.page, { code: codeAt(key, now() - 60_000) });
    t.match(old?.body, 'That code isn’t correct', 'outside of the window');
  });

  await t.test('of parallel sign-ins with one recovery code, one succeeds', async (t) => {
    const [code = '', second = ''] = codes;
    const tries = await asking(4);
    const pages = await Promise.all(
      tries.map(({ browser, page }) => browser.submit(page, { recovery_code: code })),
    );
    t.equal(pages.filter(hasCode).length, 1);
    t.equal(pages.filter(({ status }) => status === 422).length, 3);
    const [one] = await asking(1);
    const spelled = ` ${second.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    t.ok(one && hasCode(await one.browser.submit(one.page, { recovery_code: spelled })), spelled);
    t.equal(server.events.filter(({ type }) => type === 'account.recovery_code_used').length, 2);
  });
});

t.test('a copy of the store verifies no recovery code without the key encryption key', async (t) => {
  const { server, enrol, typePassword } = await open(t);
  const { account, codes } = await enrol();
  const withoutKey = (code: string): string =>
    createHash('sha256')
      .update(JSON.stringify(['recovery code', account.id, code.replace('-', '')]))
      .digest('base64url');
  const [document] = await server.store.read([factorsKey(account.id)]);
  const stored = readFactors(document);
  t.equal(stored.recovery?.codes.length, codes.length);
  const otherCipher = createSecretCipher(randomBytes(32));
  for (const code of codes) {
    t.notOk(stored.recovery?.codes.includes(withoutKey(code)));
    t.notOk(stored.recovery?.codes.includes(hashOfRecoveryCode(otherCipher, account.id, code)));
  }

  await t.test('codes that were stored without a key still work, each once', async (t) => {
    const recovery = { createdAt: server.clock.now(), codes: codes.map(withoutKey) };
    await server.store.commit([writeFactors(account.id, document, { ...stored, recovery })]);
    const use = async (code: string | undefined) => {
      const browser = new Browser();
      return browser.submit(await typePassword(browser), { recovery_code: code ?? '' });
    };
    t.ok(hasCode(await use(codes[0])));
    t.equal((await use(codes[0])).status, 422);
    t.ok(hasCode(await use(codes[1])));
  });
});

t.test('no name that someone types at the sign-in delays the second factor of a person', async (t) => {
  const { enrol, begin, typePassword, now } = await open(t);
  const { account, key } = await enrol();
  for (const login of [`second factor of ${account.id}`, account.id])
    for (let n = 0; n < 7; n += 1) {
      const stranger = new Browser();
      await stranger.submit(await begin(stranger), { login, password: 'wrong' });
    }
  const browser = new Browser();
  const page = await browser.submit(await typePassword(browser), { code: codeAt(key, now()) });
  t.ok(hasCode(page), `${page.status}`);
});

t.test('six digits are not guessed: wrong codes delay the account, whoever types them', async (t) => {
  const { server, enrol, typePassword, now } = await open(t);
  const { key } = await enrol();
  let checked = 0;
  // Someone who knows the password starts the sign-in anew as often as they like.
  for (let n = 0; n < 9; n += 1) {
    const thief = new Browser();
    const page = await typePassword(thief);
    const guess = await thief.submit(page, { code: wrongCode(codeAt(key, now())) });
    if (guess.status === 422) checked += 1;
    else {
      t.equal(guess.status, 429);
      t.match(guess.body, /Too many wrong codes\. Try again in \d+ second/);
      t.ok(Number(guess.headers.get('retry-after')) >= 1);
    }
  }
  t.ok(checked >= 5 && checked <= 7, `${checked} guesses`);
  const right = new Browser();
  const page = await typePassword(right);
  t.equal((await right.submit(page, { code: codeAt(key, now()) })).status, 429, 'the right code too');
  const reasons = server.events.filter(({ type }) => type === 'second-factor').map(({ reason }) => reason);
  t.same(new Set(reasons), new Set(['wrong_code', 'throttled']));
  const texts = JSON.stringify(server.events);
  t.notMatch(texts, codeAt(key, now()));

  // After a hundred failures there are ten minutes between two, however patient the thief is.
  const rounds = 40;
  const inRound = 7;
  for (let round = 0; round < rounds; round += 1) {
    const again = new Browser();
    const form = await typePassword(again);
    for (let n = 0; n < inRound; n += 1) {
      server.clock.advance(120);
      const guess = await again.submit(form, { code: wrongCode(codeAt(key, now())) });
      if (guess.status === 422) checked += 1;
    }
    server.clock.advance(60);
  }
  // Of a million codes three are good at a time.
  t.ok(checked < 130, `${checked} guesses of ${rounds * inRound} in ten hours`);
  server.clock.advance(1300);
  t.ok(hasCode(await right.submit(await typePassword(right), { code: codeAt(key, now()) })), 'then it works');
});

t.test('a known device doesn’t wait for the wrong codes of others', async (t) => {
  const { server, enrol, typePassword, now } = await open(t, {}, { proxy: { trusted: ['127.0.0.1'] } });
  const { key, browser, page } = await enrol();
  t.ok(hasCode(await browser.submit(page, {})));
  /** The browser in another network, with its cookies of this name. */
  const moved = (from: Browser, address: string, cookie = ''): Browser => {
    const other = new Browser({ 'x-forwarded-for': address });
    for (const [key, { value, path }] of from.cookies) {
      const [name = ''] = key.split(';');
      if (name.startsWith(cookie)) other.setCookie(name, value, path);
    }
    return other;
  };
  const rightCode = () => ({ code: codeAt(key, now()) });
  const thief = new Browser();
  const form = await typePassword(thief);
  const guess = async (address: string): Promise<number> =>
    (await moved(thief, address).submit(form, { code: wrongCode(codeAt(key, now())) })).status;
  // The turns of strangers begin anew with each minute.
  server.clock.advance(60 - (Math.floor(now() / 1000) % 60));
  const guesses: number[] = [];
  while (guesses.length < 20 && !guesses.includes(429))
    guesses.push(await guess(`203.0.${guesses.length}.7`));
  t.equal(guesses.at(-1), 429, `${guesses.length} networks`);
  const stranger = new Browser({ 'x-forwarded-for': '192.0.2.44' });
  t.equal((await stranger.submit(await typePassword(stranger), rightCode())).status, 429);

  const owner = moved(browser, '192.0.2.99', 'postern_device');
  t.ok(hasCode(await owner.submit(await typePassword(owner), rightCode())));
  t.equal(await guess('203.0.113.7'), 429, 'others get no more guesses by it');

  // Someone who took the cookie has few guesses too.
  const taken = moved(browser, '198.51.100.7', 'postern_device');
  const asked = await typePassword(taken);
  const statuses: number[] = [];
  for (let n = 0; n < 7; n += 1)
    statuses.push((await taken.submit(asked, { code: wrongCode(codeAt(key, now())) })).status);
  t.same(statuses, [422, 422, 422, 422, 422, 429, 429]);
});

t.test('the first factor is bound to its time, its browser and the account as it was', async (t) => {
  const { server, enrol, typePassword, begin, now } = await open(
    t,
    {},
    { tokens: { interaction_ttl: 3600 } },
  );
  const { account, key } = await enrol();
  const { accounts } = server.app.services;
  const late = new Browser();
  const page = await typePassword(late);
  server.clock.advance(15 * 60 + 1);
  t.match((await late.submit(page, { code: codeAt(key, now()) })).body, 'login-submit', 'too late');

  for (const [what, change] of [
    ['a new password', () => accounts.setPassword(account.id, password)],
    ['signed out of everything', () => accounts.signOut(account.id)],
    ['disabled', () => accounts.disable(account.id)],
  ] as const) {
    const browser = new Browser();
    const form = await typePassword(browser);
    server.clock.advance(2);
    await change();
    const after = await browser.submit(form, { code: codeAt(key, now()) });
    t.match(after.body, 'login-submit', what);
    t.notOk(hasSession(browser));
  }
  await accounts.enable(account.id);
  server.clock.advance(61);

  // Another browser without the cookies of the interaction.
  const victim = new Browser();
  const form = await typePassword(victim);
  const thief = new Browser();
  await begin(thief);
  const stolen = await thief.request(form.url, {
    method: 'POST',
    body: new URLSearchParams({ ...formOf(form.body).hidden, code: codeAt(key, now()) }),
    headers: { origin: server.issuer },
  });
  t.not(stolen.status, 303);
  const forged = await victim.request(form.url, {
    method: 'POST',
    body: new URLSearchParams({ code: codeAt(key, now()) }),
    headers: { origin: server.issuer },
  });
  t.equal(forged.status, 403, 'without the token of the form');
  const foreign = await victim.request(form.url, {
    method: 'POST',
    body: new URLSearchParams({ ...formOf(form.body).hidden, code: codeAt(key, now()) }),
    headers: { origin: 'https://evil.example' },
  });
  t.equal(foreign.status, 403);
  t.ok(hasCode(await victim.submit(form, { code: codeAt(key, now()) })));
});
