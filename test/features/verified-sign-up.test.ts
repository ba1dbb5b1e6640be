import t, { type Test } from 'tap';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  type TestServer,
} from '../support/setup/index.ts';
import { parseMail, type SmtpServer } from '../support/smtp-server.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

const person = { login: 'grace', name: 'Grace Hopper', email: 'grace@example.com', password };

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
}

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}): Promise<Stage> => {
  const { server, smtp } = await startWithMail(t, {
    pages: { create_account: true },
    sign_up: { verify_email: true },
    ...more,
  });
  return { server, smtp };
};

const openForm = (server: TestServer, browser: Browser): Promise<Page> =>
  browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier(), { prompt: 'create' }));

const nextCode = async (smtp: SmtpServer, to = person.email): Promise<string> =>
  /^ {4}(\d{6})\s*$/m.exec(parseMail(await smtp.next(to)).text)?.[1] ?? '';

const withoutIds = (body: string, login: string): string =>
  body.replaceAll(`"${login}"`, 'LOGIN').replaceAll(/[\w-]{20,}|<code>[^<]*<\/code>/g, '');

const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

t.test('an account exists only after the code was typed, with a verified address', async (t) => {
  const { server, smtp } = await open(t);
  const { accounts } = server.app.services;
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), person);
  t.equal(page.status, 200);
  t.match(page.body, 'Confirm your email address');
  t.match(page.body, /autocomplete="one-time-code"/);
  t.equal(await accounts.findByUsername('grace'), undefined);
  const code = await nextCode(smtp);
  t.equal((await browser.submit(page, { code: '' })).status, 422);
  const wrong = await browser.submit(page, { code: other(code) });
  t.equal(wrong.status, 422);
  t.match(wrong.body, 'That code isn’t correct');
  t.match((await browser.open(page.url)).body, 'Confirm your email address', 'a reload keeps the page');
  t.match((await browser.open(`${page.url}?change=yes`)).body, 'create-submit');

  const done = await browser.submit(page, { code: ` ${code.slice(0, 3)} ${code.slice(3)}` });
  t.ok(redirectParameters(done).has('code'));
  t.match((await accounts.findByUsername('grace'))?.claims, {
    name: 'Grace Hopper',
    email: person.email,
    email_verified: true,
  });
  t.equal((await accounts.findByEmail('GRACE@example.com'))?.username, 'grace');
});

t.test('after five tries, and after ten minutes, also the right code is refused', async (t) => {
  const { server, smtp } = await open(t, { tokens: { interaction_ttl: 3600 } });
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), person);
  const code = await nextCode(smtp);
  const guesses = await Promise.all(
    Array.from({ length: 8 }, () => browser.submit(page, { code: other(code) })),
  );
  t.equal(guesses.filter(({ body }) => body.includes('Too many wrong codes')).length, 4);
  t.match((await browser.submit(page, { code })).body, 'Too many wrong codes');

  await browser.submit(page, { resend: 'yes' });
  const second = await nextCode(smtp);
  t.not(second, code);
  server.clock.advance(601);
  const late = await browser.submit(page, { code: second });
  t.equal(late.status, 422);
  t.match(late.body, 'This code has expired');
  await browser.submit(page, { resend: 'yes' });
  const third = await nextCode(smtp);
  t.ok(redirectParameters(await browser.submit(page, { code: third })).has('code'));
});

t.test('a code works only in the browser that asked for it', async (t) => {
  const { server, smtp } = await open(t);
  const [browser, thief] = [new Browser(), new Browser()];
  const page = await browser.submit(await openForm(server, browser), person);
  const code = await nextCode(smtp);
  const stolen = await thief.request(page.url, {
    method: 'POST',
    body: new URLSearchParams({ code }),
    headers: { origin: server.issuer },
  });
  t.not(stolen.status, 303);
  const page2 = await thief.submit(await openForm(server, thief), { ...person, login: 'thief' });
  await nextCode(smtp);
  t.equal((await thief.submit(page2, { code })).status, 422, 'it is the code of another interaction');
  t.equal(await server.app.services.accounts.findByUsername('thief'), undefined);
});

t.test('of parallel forms with the code all lead to the one account', async (t) => {
  const { server, smtp } = await open(t);
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), person);
  const code = await nextCode(smtp);
  const results = await Promise.all(Array.from({ length: 4 }, () => browser.submit(page, { code })));
  t.ok(results.some((result) => result.headers.get('location')?.includes('code=')));
  const { items } = await server.app.services.accounts.list();
  t.equal(items.filter(({ username }) => username === 'grace').length, 1);
});

t.test('an address with an account is answered the same, and its owner learns of it', async (t) => {
  const { server, smtp } = await open(t);
  await server.addAccount({
    username: 'owner',
    password,
    claims: { email: 'owner@example.com', email_verified: true },
  });
  const pageFor = async (login: string, email: string) => {
    const browser = new Browser();
    const { status, body } = await browser.submit(await openForm(server, browser), {
      ...person,
      login,
      email,
    });
    const steady = body
      .replaceAll(email, 'ADDRESS')
      .replaceAll(/\/interaction\/[\w-]+/g, '/interaction/UID')
      .replaceAll(/value="[\w-]{43}"/g, 'value="MAC"')
      .replaceAll(/<code>[^<]*<\/code>/g, '<code>ID</code>');
    return { status, steady };
  };
  const taken = await pageFor('newcomer', 'Owner@example.com');
  const free = await pageFor('another', 'free@example.com');
  t.strictSame(taken, free);
  const mail = parseMail(await smtp.next('Owner@example.com'));
  t.match(mail.text, 'you already have one');
  t.notMatch(mail.text, /\b\d{6}\b/);
  for (const part of [mail.text, mail.html]) t.notMatch(part, /newcomer|Grace/, 'nothing of the form');
  await nextCode(smtp, 'free@example.com');
});

t.test('no address is a user name, whether or not an account has it', async (t) => {
  const { server, smtp } = await open(t);
  await server.addAccount({
    username: 'hopper',
    claims: { email: 'hopper@example.com', email_verified: true },
  });
  for (const login of ['hopper@example.com', 'linus@example.com', person.email]) {
    const browser = new Browser();
    const refused = await browser.submit(await openForm(server, browser), { ...person, login });
    t.equal(refused.status, 422, login);
    t.match(refused.body, 'Use letters of one alphabet', login);
  }
  t.equal(smtp.received.length, 0);
});

t.test('one mailbox gets few messages, however often and with whatever tag it is asked for', async (t) => {
  const { server, smtp } = await open(t, { security: { throttle: { registration_per_address: 0 } } });
  for (let n = 0; n < 8; n += 1) {
    const browser = new Browser();
    const email = n % 2 === 0 ? person.email : person.email.replace('@', `+${n}@`);
    const fields = { ...person, login: `grace${n}`, email };
    const page = await browser.submit(await openForm(server, browser), fields);
    t.match(page.body, 'Confirm your email address');
  }
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 3, 'one network gets half of five');
});

const fillForm = async (
  server: TestServer,
  { address, email, login }: { readonly address: string; readonly email: string; readonly login: string },
): Promise<Page> => {
  const browser = new Browser({ 'x-forwarded-for': address });
  return browser.submit(await openForm(server, browser), { ...person, login, email });
};

t.test('one mailbox of Gmail gets few messages, wherever its address has dots', async (t) => {
  const { server, smtp } = await open(t, { security: { throttle: { registration_per_address: 0 } } });
  const spellings = ['grace', 'g.race', 'gr.ace', 'G.R.A.C.E', 'grac.e+x', 'gra.ce', 'g.r.ace'];
  for (const [n, local] of spellings.entries()) {
    const email = `${local}@${n % 2 === 0 ? 'gmail.com' : 'GoogleMail.com'}`;
    await fillForm(server, { address: '192.0.2.1', email, login: `grace${n}` });
  }
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 3, 'one network gets half');
  for (const local of ['ada', 'a.da'])
    await fillForm(server, { address: '192.0.2.1', email: `${local}@example.com`, login: `x${local}` });
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 5, 'elsewhere dots make another mailbox');
});

t.test('one network causes few messages to the addresses of one domain', async (t) => {
  const settings = {
    proxy: { trusted: ['127.0.0.1'] },
    security: { throttle: { mail_request_per_address: 2, mail_per_recipient: 0 } },
  };
  const { server, smtp } = await open(t, settings);
  let people = 0;
  const send = async (network: string, domain = 'example.com', on = server): Promise<number> => {
    people += 1;
    const email = `catch-all-${people}@${domain}`;
    return (await fillForm(on, { address: network, email, login: `grace${people}` })).status;
  };
  const site = (n: number): string => `2001:db8:5:${n}::1`;
  server.clock.advance(3600 - (Math.floor(server.clock.now() / 1000) % 3600));
  t.same(
    [await send(site(1)), await send(site(2)), await send(site(3))],
    [200, 200, 429],
    'a /48 in a minute',
  );
  t.equal(await send(site(4), 'other.example'), 200, 'to another domain');
  t.equal(await send('2001:db8:6::1'), 200, 'from another network');
  for (let minute = 1; minute < 6; minute += 1) {
    server.clock.advance(60);
    await send(site(minute));
    await send(site(minute));
  }
  server.clock.advance(60);
  t.equal(await send(site(7)), 429, 'in an hour');
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 14);

  const { server: listed } = await open(t, {
    ...settings,
    sign_up: { verify_email: true, email_domains: ['example.com'] },
  });
  const statuses = [];
  for (let n = 0; n < 4; n += 1) statuses.push(await send(site(n), 'example.com', listed));
  t.same(statuses, [200, 200, 200, 200], 'a domain that the operator lists');
});

t.test('without a limit of messages, codes that could be guessed are limited all the same', async (t) => {
  const { server, smtp } = await open(t, {
    security: {
      throttle: { registration_per_address: 0, mail_request_per_address: 0, mail_per_recipient: 0 },
    },
  });
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), person);
  for (let n = 0; n < 24; n += 1) await browser.submit(page, { resend: 'yes' });
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 10, 'one network gets half of 20');
});

const codeIdsIn = async ({ store }: TestServer): Promise<readonly string[]> =>
  [...JSON.stringify((await store.dump()).entries).matchAll(/codeId\W+([\w-]+)/g)].map(([, id = '']) => id);

t.test('at an address that has an account, a right guess makes no second one', async (t) => {
  const { server } = await open(t);
  const { oneTimeCodes: codes, accounts } = server.app.services;
  const claims = { email: person.email, email_verified: true };
  await server.addAccount({ username: 'owner', password, claims });
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), { ...person, login: 'guesser' });
  const [id = ''] = await codeIdsIn(server);
  const answer = await browser.submit(page, { code: codes.codeOf('sign-up-code', id) });
  t.equal(answer.status, 422);
  t.equal(await accounts.findByUsername('guesser'), undefined);
  t.equal((await accounts.findByEmail(person.email))?.username, 'owner');
});

t.test('beyond the limit of an address, a right guess is a wrong code', async (t) => {
  const { server } = await open(t, { security: { throttle: { mail_per_recipient: 1 } } });
  const { oneTimeCodes: codes, accounts } = server.app.services;
  const first = new Browser();
  await first.submit(await openForm(server, first), person);
  const before = await codeIdsIn(server);
  t.equal(before.length, 1);
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), { ...person, login: 'guesser' });
  const [id = ''] = (await codeIdsIn(server)).filter((one) => !before.includes(one));
  const guess = { code: codes.codeOf('sign-up-code', id) };
  for (const form of [guess, { resend: 'yes' }, guess]) {
    const { body } = await browser.submit(page, form);
    t.match(body, 'Confirm your email address');
  }
  t.equal(await accounts.findByUsername('guesser'), undefined);
});

t.test('only the domains of the operator may sign up', async (t) => {
  const { server, smtp } = await open(t, {
    sign_up: { verify_email: true, email_domains: ['harbour.example'] },
  });
  const browser = new Browser();
  const form = await openForm(server, browser);
  t.match(form.body, 'An address at harbour.example.');
  for (const email of [
    'grace@example.com',
    'grace@evil-harbour.example',
    'a@harbour.example@evil.example',
    'ｇrace@harbour.example',
  ]) {
    const refused = await browser.submit(form, { ...person, email });
    t.equal(refused.status, 422, email);
  }
  await browser.submit(form, { ...person, email: 'grace@HARBOUR.example' });
  t.match(await nextCode(smtp, 'grace@harbour.example'), /^\d{6}$/);
  t.equal(smtp.received.length, 1);
});

t.test(
  'a name that is kept, or is the claim of another account, is refused before a code is sent',
  async (t) => {
    const { server, smtp } = await open(t);
    const { accounts } = server.app.services;
    const { id } = await accounts.add({ username: 'gone' });
    await accounts.remove(id);
    await accounts.add({ username: 'here' });
    await accounts.add({ username: 'long-name', claims: { preferred_username: 'nick' } });
    const answers: { readonly status: number; readonly body: string }[] = [];
    for (const login of ['here', 'gone', 'nick', 'ada']) {
      const browser = new Browser();
      const page = await browser.submit(await openForm(server, browser), { ...person, login });
      t.match(page.body, 'This username is already taken', login);
      answers.push({ status: page.status, body: withoutIds(page.body, login) });
    }
    for (const answer of answers) t.same(answer, answers[0], 'the same answer');
    await waitForEmptyOutbox(server);
    t.equal(smtp.received.length, 0);
  },
);

t.test('a name that was taken meanwhile is asked for again', async (t) => {
  const { server, smtp } = await open(t);
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), person);
  const code = await nextCode(smtp);
  await server.addAccount({ username: 'GRACE', password });
  const again = await browser.submit(page, { code });
  t.equal(again.status, 422);
  t.match(again.body, 'This username is already taken');
  t.match(again.body, 'value="grace@example.com"');
});

t.test('the store holds neither the code nor the password', async (t) => {
  const { server, smtp } = await open(t);
  smtp.mode = 451;
  const browser = new Browser();
  const page = await browser.submit(await openForm(server, browser), person);
  await waitFor('a failure', () => server.events.some(({ type }) => type === 'delivery.postponed'));
  const stored = JSON.stringify((await server.store.dump()).entries);
  smtp.mode = 'accept';
  server.clock.advance(31);
  await server.app.services.mail.send('nothing', {});
  const code = await nextCode(smtp);
  t.notOk(stored.includes(code));
  t.notOk(stored.includes(password));
  t.ok(redirectParameters(await browser.submit(page, { code })).has('code'));
});

t.test('wrong codes for many addresses count for the network', async (t) => {
  const { server, smtp } = await open(t, {
    proxy: { trusted: ['127.0.0.1'] },
    security: {
      password: { memory_kib: 8192, passes: 1 },
      throttle: { registration_per_address: 0, mail_request_per_address: 0 },
    },
  });
  const statuses: number[] = [];
  const guess = async (at: number): Promise<void> => {
    const browser = new Browser({ 'x-forwarded-for': `2001:db8:5:${at.toString(16)}::1` });
    const fields = { ...person, login: `guesser${at}`, email: `employee-${at}@example.com` };
    const page = await browser.submit(await openForm(server, browser), fields);
    const code = await nextCode(smtp, fields.email);
    for (let n = 0; n < 4; n += 1) statuses.push((await browser.submit(page, { code: other(code) })).status);
    const right = await browser.submit(page, { code });
    if (at === 9) t.equal(right.status, 429, 'a right code waits as well');
  };
  for (let at = 0; at < 10; at += 1) await guess(at);
  t.equal(statuses.filter((status) => status === 422).length, 20, 'of 40 wrong codes');
  t.equal(statuses.filter((status) => status === 429).length, 20);

  const browser = new Browser({ 'x-forwarded-for': '198.51.100.7' });
  const page = await browser.submit(await openForm(server, browser), person);
  const done = await browser.submit(page, { code: await nextCode(smtp) });
  t.ok(redirectParameters(done).has('code'), 'another network');
});
