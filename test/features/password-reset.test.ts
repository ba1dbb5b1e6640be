import t, { type Test } from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { codeAt } from '../support/authenticator.ts';
import { holdCommit } from '../support/hold-commit.ts';
import { addPasskey } from '../support/passkeys.ts';
import {
  Browser,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  signedInBrowser,
  type TestServer,
} from '../support/setup/index.ts';
import { linksIn, parseMail, type SmtpServer } from '../support/smtp-server.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

const newPassword = 'a lantern by the harbour';
const address = 'grace@example.com';

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
}

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}): Promise<Stage> => {
  const { server, smtp } = await startWithMail(t, {
    mail: { from: 'Harbour <id@harbour.example>' },
    ...more,
  });
  await server.addAccount({
    username: 'grace',
    password,
    claims: { email: address, email_verified: true, name: 'Grace Hopper' },
  });
  return { server, smtp };
};

const ask = (
  { issuer }: Pick<TestServer, 'issuer'>,
  login: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${issuer}/account/forgot`, {
    method: 'POST',
    body: new URLSearchParams({ login }),
    headers: { origin: issuer, accept: 'text/html', ...headers },
    redirect: 'manual',
  });

const outcomes = ({ events }: TestServer, type = 'password_reset.requested') =>
  events.filter((event) => event.type === type);

/** The link of the next message to Grace that has one for a new password; there are notices too. */
const nextLink = async ({ server, smtp }: Stage): Promise<string> => {
  for (;;) {
    const [link = ''] = linksIn(await smtp.next(address), server.issuer);
    if (link.startsWith(`${server.issuer}/account/reset/`)) return link;
  }
};

const signIn = async (server: TestServer, typed: string): Promise<Page> => {
  const browser = new Browser();
  const login = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  return browser.submit(login, { login: 'grace', password: typed });
};

t.test('a link that is unknown, altered, or of another purpose shows that it no longer works', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  await ask(server, 'grace');
  const link = await nextLink(stage);
  for (const url of [`${link}x`, link.slice(0, -1), `${server.issuer}/account/reset/${'x'.repeat(43)}`]) {
    for (const method of ['GET', 'POST']) {
      const page = await new Browser().request(url, {
        method,
        ...(method === 'POST' && { body: new URLSearchParams({ password: newPassword }) }),
        headers: { origin: server.issuer },
      });
      t.equal(page.status, 410, `${method} ${url}`);
      t.match(page.body, 'This link no longer works');
    }
  }
});

t.test('a foreign form and a refused password leave the link and the password as they are', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  await ask(server, 'grace');
  const link = await nextLink(stage);
  const browser = new Browser();
  const post = (typed: string, origin: string) =>
    browser.request(link, {
      method: 'POST',
      body: new URLSearchParams({ password: typed }),
      headers: { origin },
    });
  t.equal((await post(newPassword, 'https://evil.example')).status, 403);
  for (const refused of ['', 'short', 'password123456', 'grace hopper', 'x'.repeat(300)]) {
    const page = await post(refused, server.issuer);
    t.equal(page.status, 422, refused.slice(0, 20));
    t.match(page.body, /aria-invalid="true"/);
    t.match(page.body, /<title>Error: /);
  }
  t.equal((await signIn(server, password)).status, 303, 'the former password works');
});

t.test('what a new password leaves is shown after it, and removed there', async (t) => {
  const upstream = {
    id: 'corp',
    name: 'Corp',
    issuer: 'http://127.0.0.1:1',
    client_id: 'postern',
    client_secret: 'a secret of the upstream',
  };
  const stage = await open(t, { upstreams: [upstream] });
  const { server } = stage;
  const { accounts, factors, passkeys, upstreamLinks } = server.app.services;
  const methods = `${server.issuer}/account/sign-in-methods`;
  const addAll = async (username: string) => {
    await addPasskey(server, username);
    const account = await accounts.findByUsername(username);
    if (!account) throw new Error(`there is no account ${username}`);
    const { pending, secret } = factors.begin(account, username);
    await factors.enrol(account, { place: username, pending, code: codeAt(secret, server.clock.now()) });
    const label = `${username}@corp.example`;
    const link = { upstream: 'corp', subject: username, account: account.id, linkedAt: 0, label, given: {} };
    await server.store.commit([upstreamLinks.insertion(link)]);
    return account;
  };
  const browserOf = async (username: string, amr: readonly string[]) => {
    const browser = await signedInBrowser(server, username, { how: { amr } });
    return browser;
  };
  const { id } = await addAll('grace');
  await ask(server, 'grace');
  const reader = new Browser();
  const done = await reader.submit(await reader.open(await nextLink(stage)), { password: newPassword });
  t.match(done.body, 'href="/account/sign-in-methods"');
  const before = await reader.request(methods);
  t.match(before.headers.get('location'), '/oauth/authorize?', 'the link of the mail shows none of them');
  t.equal((await passkeys.list(id)).length, 1, 'the passkey stayed');

  const other = await (await browserOf('ada', ['pwd'])).request(methods);
  t.match(other.body, 'Only your password');
  t.notMatch(other.body, 'corp');

  const weak = await (await browserOf('grace', ['pwd'])).request(methods);
  t.equal(weak.status, 200);
  t.match(weak.body, /Passkey[\s\S]*Added[\s\S]*Last used/);
  t.match(weak.body, 'Authenticator app');
  t.match(weak.body, 'Corp: grace@corp.example');
  const removals = [...weak.body.matchAll(/href="(\/account\/[^"]*\/remove)"/g)].map(([, path = '']) => path);
  t.equal(removals.length, 3);
  for (const path of removals) {
    const refused = await (await browserOf('grace', ['pwd'])).request(server.issuer + path);
    t.match(refused.headers.get('location'), '/oauth/authorize?', 'a password alone removes nothing');
  }
  const strong = await browserOf('grace', ['pwd', 'otp', 'mfa']);
  for (const path of removals) {
    const removed = await strong.submit(await strong.open(server.issuer + path), {});
    t.match(removed.url, 'done=removed', path);
  }
  t.match((await strong.request(methods)).body, 'Only your password leads into your account.');
});

t.test('the new password works, the former one and everything signed in before do not', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const party = new RelyingParty(server.issuer);
  const owner = new Browser();
  const login = await owner.open(party.authorizationUrl(newVerifier()));
  await owner.submit(login, { login: 'grace', password });

  const forgot = await owner.open(`${server.issuer}/account/forgot`);
  const sent = await owner.submit(forgot, { login: ' GRACE ' });
  t.equal(sent.status, 200);
  t.match(sent.body, 'Check your email');
  const link = await nextLink(stage);

  const reader = new Browser();
  const page = await reader.open(link);
  t.match(page.body, 'grace');
  t.match(page.headers.get('cache-control'), 'no-store');
  t.equal(page.headers.get('referrer-policy'), 'strict-origin', 'no other site sees the token');
  const done = await reader.submit(page, { password: newPassword });
  t.equal(done.url, `${server.issuer}/account/reset`, 'the token is gone from the address bar');
  t.match(done.body, 'Your password was changed');

  t.equal((await signIn(server, password)).status, 422);
  t.equal((await signIn(server, newPassword)).status, 303);
  const again = await owner.open(party.authorizationUrl(newVerifier()));
  t.match(again.body, 'login-submit', 'the session is gone');
  t.equal((await reader.request(link)).status, 410, 'the link was used');
  t.match(outcomes(server), [{ outcome: 'ok', account: String, address: '127.0.0.1' }]);
  t.match(outcomes(server, 'password_reset.completed'), [{ outcome: 'ok' }]);
});

t.test('of parallel uses one changes the password', async (t) => {
  const stage = await open(t);
  await ask(stage.server, 'grace');
  const link = await nextLink(stage);
  const passwords = Array.from({ length: 6 }, (_, n) => `${newPassword} number ${n}`);
  const statuses = await Promise.all(
    passwords.map(async (typed) => {
      const response = await fetch(link, {
        method: 'POST',
        body: new URLSearchParams({ password: typed }),
        headers: { origin: stage.server.issuer, accept: 'text/html' },
        redirect: 'manual',
      });
      return response.status;
    }),
  );
  t.strictSame(statuses.toSorted(), [303, 410, 410, 410, 410, 410]);
  const winner = passwords[statuses.indexOf(303)] ?? '';
  const post = async (typed: string): Promise<number> => {
    const body = new URLSearchParams({ password: typed });
    const headers = { origin: stage.server.issuer };
    return (await fetch(link, { method: 'POST', body, headers, redirect: 'manual' })).status;
  };
  t.equal(await post(winner), 303, 'a form that is sent twice ends where the first one did');
  t.equal(await post(`${winner}?`), 410);
  t.equal((await signIn(stage.server, winner)).status, 303);
});

t.test(
  'the verified address leads to its account, also when another person has it as user name',
  async (t) => {
    const stage = await open(t);
    const { server, smtp } = stage;
    await server.addAccount({
      username: address,
      password,
      claims: { email: 'eve@example.com', email_verified: true },
    });
    await ask(server, ' Grace@Example.com');
    const mail = await smtp.next(address);
    t.match(parseMail(mail).text, /Account: grace\r?\n/);
    t.equal(smtp.received.length, 1);
    const twin = { username: 'twin', password, claims: { email: address, email_verified: true } };
    await t.rejects(server.addAccount(twin), { code: 'email_taken' });
  },
);

t.test('a used link makes the others void, and an expired one is refused', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  await ask(server, 'grace');
  const first = await nextLink(stage);
  await ask(server, 'grace');
  const second = await nextLink(stage);
  t.not(first, second);
  const browser = new Browser();
  await browser.submit(await browser.open(second), { password: newPassword });
  t.equal((await browser.request(first)).status, 410, 'sent before the password changed');

  server.clock.advance(2);
  await ask(server, 'grace');
  const third = await nextLink(stage);
  server.clock.advance(3599);
  t.equal((await browser.request(third)).status, 200);
  server.clock.advance(2);
  t.equal((await browser.request(third)).status, 410);
});

for (const [what, change] of [
  ['changes the address', { claims: { email: 'other@example.com', email_verified: true } }],
  ['disables the account', undefined],
] as const)
  t.test(`an operator who ${what} while the form is on the way comes first`, async (t) => {
    const stage = await open(t);
    const { server } = stage;
    const { accounts } = server.app.services;
    await ask(server, 'grace');
    const browser = new Browser();
    const page = await browser.open(await nextLink(stage));
    const held = holdCommit(server.store, (writes) => writes.some(({ key }) => key.kind === kinds.account));
    const sent = browser.submit(page, { password: newPassword });
    await held.arrived;
    const { id = '' } = (await accounts.findByUsername('grace')) ?? {};
    await (change ? accounts.update(id, change) : accounts.disable(id));
    held.release();
    t.equal((await sent).status, 410);
    await accounts.enable(id);
    t.equal(await accounts.authenticate('grace', newPassword), undefined);
    t.equal((await accounts.authenticate('grace', password))?.id, id, 'the password stays');
  });

t.test('scanners that open the link by HEAD and GET use up nothing', async (t) => {
  const stage = await open(t);
  await ask(stage.server, 'grace');
  const link = await nextLink(stage);
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET', 'OPTIONS'])
    await fetch(link, { method, headers: { accept: '*/*' } });
  const browser = new Browser();
  t.equal((await browser.submit(await browser.open(link), { password: newPassword })).status, 200);
});

t.test('names without an account, and accounts that get no mail, are answered like any other', async (t) => {
  const { server, smtp } = await open(t);
  const { id } = await server.addAccount({
    username: 'off',
    password,
    claims: { email: 'off@example.com', email_verified: true },
  });
  await server.app.services.accounts.disable(id);
  await server.addAccount({
    username: 'unsure',
    password,
    claims: { email: 'unsure@example.com', email_verified: false },
  });
  await server.addAccount({ username: 'silent', password });
  const answers: unknown[] = [];
  const logins = [
    'grace',
    'nobody-here',
    'off',
    'unsure',
    'silent',
    'ada',
    `x${'y'.repeat(400)}`,
    '<b>"\r\n',
  ];
  for (const login of logins) {
    const response = await ask(server, login);
    const headers = [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
    answers.push({ status: response.status, headers, body: await response.text() });
  }
  for (const answer of answers) t.strictSame(answer, answers[0]);
  await smtp.next(address);
  await waitFor('all requests to be looked at', () => outcomes(server).length === logins.length);
  t.strictSame(
    outcomes(server)
      .flatMap(({ reason }) => reason ?? [])
      .toSorted(),
    [
      'account_configured',
      'account_disabled',
      'email_unverified',
      'email_unverified',
      'unknown_account',
      'unknown_account',
      'unknown_account',
    ],
  );
  t.equal(smtp.received.length, 1);
});

t.test(
  '1,000 requests for one account and for 1,000 unknown names get the same answer and few messages',
  async (t) => {
    const { server, smtp } = await open(t, { security: { throttle: { mail_request_per_address: 0 } } });
    const statuses = new Set<string>();
    const count = 1_000;
    const atOnce = 40;
    const askBoth = async (n: number): Promise<void> => {
      const known = await ask(server, n % 2 === 0 ? 'grace' : 'Grace ');
      const unknown = await ask(server, `stranger-${n}@example.com`);
      for (const { status, headers } of [known, unknown])
        statuses.add(`${status} ${headers.get('location')} ${headers.get('content-length')}`);
    };
    for (let n = 0; n < count; n += atOnce)
      await Promise.all(Array.from({ length: atOnce }, (_, i) => askBoth(n + i)));
    t.strictSame([...statuses], ['303 /account/forgot?sent=yes 0']);
    await waitFor('the strangers to be looked up', () => {
      const unknown = outcomes(server).filter(({ reason }) => reason === 'unknown_account');
      return unknown.length === count;
    });
    await waitForEmptyOutbox(server);
    t.equal(smtp.received.length, 3, 'one network gets half of what strangers get');
    server.clock.advance(3601);
    await ask(server, 'grace');
    await waitFor('the next hour', () => smtp.received.length === 4);
  },
);

t.test('strangers in many networks use up nothing that a known device needs', async (t) => {
  const stage = await open(t, {
    proxy: { trusted: ['127.0.0.1'] },
    security: { throttle: { mail_request_per_address: 0 } },
  });
  const { server, smtp } = stage;
  const browser = new Browser();
  const login = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  await browser.submit(login, { login: 'grace', password });
  for (let network = 1; network <= 6; network += 1)
    for (let n = 0; n < 2; n += 1)
      await ask(server, network % 2 ? 'grace' : address, { 'x-forwarded-for': `192.0.2.${network}` });
  const settled = () => waitForEmptyOutbox(server);
  await settled();
  t.equal(smtp.received.length, 5, 'an account gets few messages, by whatever of its names');
  await ask(server, 'grace', { 'x-forwarded-for': '192.0.2.9' });
  await settled();
  t.equal(smtp.received.length, 5);
  const forgot = await browser.open(`${server.issuer}/account/forgot`);
  await browser.submit(forgot, { login: 'grace' });
  await waitFor('the message of the owner', () => smtp.received.length === 6);
});

t.test('a link that was used is no place to guess the new password', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  await ask(server, 'grace');
  const link = await nextLink(stage);
  const post = (typed: string) =>
    fetch(link, {
      method: 'POST',
      body: new URLSearchParams({ password: typed }),
      headers: { origin: server.issuer, accept: 'text/html' },
      redirect: 'manual',
    });
  t.equal((await post(newPassword)).status, 303);
  for (let n = 0; n < 10; n += 1) t.equal((await post(`a guess of somebody else ${n}`)).status, 410);
  t.equal((await post(newPassword)).status, 410, 'beyond ten forms also the right one');
  t.equal((await signIn(server, newPassword)).status, 303);
});

t.test('one network asks a few times a minute, then it is told how long to wait', async (t) => {
  const { server, smtp } = await open(t);
  const statuses: number[] = [];
  for (let n = 0; n < 12; n += 1) statuses.push((await ask(server, `person-${n}`)).status);
  t.strictSame(statuses.slice(0, 10), Array(10).fill(303));
  const last = await ask(server, 'grace');
  t.equal(last.status, 429);
  t.match(last.headers.get('retry-after'), /^\d+$/);
  t.match(await last.text(), /role="alert"/);
  t.equal(smtp.received.length, 0);
});

t.test(
  'the message is in the language of its reader, names the request and contains no foreign text',
  async (t) => {
    const stage = await open(t);
    const { server, smtp } = stage;
    const hostile = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0 http://evil.example/ <script>\tcall 0900';
    await ask(server, 'grace', { 'user-agent': hostile, 'accept-language': 'pl' });
    const mail = await smtp.next(address);
    const { headers, text, html } = parseMail(mail);
    t.strictSame(mail.to, [address]);
    t.equal(mail.from, 'id@harbour.example');
    t.match(headers.get('from')?.[0], 'Harbour <id@harbour.example>');
    t.strictSame(headers.get('to'), [address]);
    t.strictSame(headers.get('auto-submitted'), ['auto-generated']);
    t.match(text, 'Ustaw nowe hasło');
    t.match(text, '127.0.0.1');
    t.match(text, 'Firefox, Linux');
    for (const part of [text, html]) t.notMatch(part, /evil|0900|<script/);
    t.match(html, '<html lang="pl"');
    const [link = ''] = linksIn(mail, server.issuer);
    t.ok(html.includes(`href="${link}"`));

    await server.app.services.accounts.update(
      (await server.app.services.accounts.findByUsername('grace'))?.id ?? '',
      {
        claims: { locale: 'de-AT' },
      },
    );
    await ask(server, 'grace', { 'accept-language': 'pl' });
    t.match(parseMail(await smtp.next(address)).text, 'Neues Passwort wählen', 'the account chose German');
  },
);

t.test('the token is in no log, event or audit record, and in the store only as a hash', async (t) => {
  const stage = await open(t, { audit: { enabled: true } });
  const { server } = stage;
  await ask(server, 'grace');
  const link = await nextLink(stage);
  const token = link.slice(link.lastIndexOf('/') + 1);
  t.match(token, /^[\w-]{43}$/);
  const browser = new Browser();
  await browser.submit(await browser.open(link), { password: newPassword });
  const { entries } = await server.store.dump();
  t.notOk(JSON.stringify(entries).includes(token));
  t.notOk(JSON.stringify(server.events).includes(token));
});

t.test('the sign-in page leads there, and codes of an application are not lost', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const browser = new Browser();
  const login = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.match(login.body, 'href="/account/forgot"');
  await browser.open(`${server.issuer}/account/forgot`);
  t.match(formOf(login.body).action, '/interaction/');
  await codeFor(new RelyingParty(server.issuer), browser);
});

for (const [what, endAll, isVoid] of [
  [
    'when everything was ended',
    ({ server }: Stage, id: string) => server.app.services.endEverything(id),
    true,
  ],
  [
    'when the account was disabled and enabled',
    async ({ server }: Stage, id: string) => {
      await server.app.services.accounts.disable(id);
      await server.app.services.accounts.enable(id);
    },
    true,
  ],
  [
    'when other sessions were ended',
    async ({ server }: Stage) => {
      const browser = await signedInBrowser(server, 'grace');
      const page = await browser.submit(await browser.open(`${server.issuer}/account/sessions/others`), {});
      t.equal(page.status, 200);
    },
    false,
  ],
] as const)
  t.test(`a link ${isVoid ? 'is void' : 'still works'} ${what} since it was asked for`, async (t) => {
    const stage = await open(t);
    const { server } = stage;
    const account = await server.app.services.accounts.findByUsername('grace');
    await ask(server, 'grace');
    const link = await nextLink(stage);
    server.clock.advance(1);
    await endAll(stage, account?.id ?? '');
    const browser = new Browser();
    t.equal((await browser.request(link)).status, isVoid ? 410 : 200);
    const body = new URLSearchParams({ password: newPassword });
    const sent = await browser.request(link, { method: 'POST', body, headers: { origin: server.issuer } });
    t.equal(sent.status, isVoid ? 410 : 303);
    t.equal((await signIn(server, newPassword)).headers.has('location'), !isVoid);

    server.clock.advance(1);
    await ask(server, 'grace');
    t.equal((await browser.request(await nextLink(stage))).status, 200, 'a new link works');
  });

t.test('a link that was asked for before everything was ended is not sent', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const { accounts, mail } = server.app.services;
  const { id = '' } = (await accounts.findByUsername('grace')) ?? {};
  const at = String(server.clock.now());
  server.clock.advance(1);
  await accounts.signOut(id);
  await mail.send('password-reset', { id: 'a'.repeat(22), account: id, login: 'grace', at });
  await waitFor('the message is refused', () => outcomes(server).some(({ reason }) => reason === 'outdated'));
});
