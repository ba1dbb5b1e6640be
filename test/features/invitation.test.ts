import t, { type Test } from 'tap';
import {
  Browser,
  newVerifier,
  openCommandFolder,
  type Page,
  RelyingParty,
  runPosternInProcess,
  type ServerProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { linksIn, parseMail, type SmtpServer, startSmtp } from '../support/smtp-server.ts';

const password = 'a lantern by the harbour';

interface Stage {
  readonly server: ServerProcess;
  readonly smtp: SmtpServer;
}

const open = async (t: Test, security: object = {}): Promise<Stage> => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  const server = await startServerProcess(t, {
    config: {
      ...usualConfig,
      admin: { enabled: true },
      security,
      mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'Harbour <id@harbour.example>' },
      profile: {
        fields: [
          { claim: 'employee_no', label: 'Employee number', pattern: '[0-9]{6}' },
          { claim: 'desk', label: 'Desk', editable: false },
        ],
      },
    },
  });
  return { server, smtp };
};

const invite = async ({ server }: Stage, ...args: string[]) => {
  const { exit, out, err } = await runPosternInProcess(server.cwd, ['account', 'invite', '--json', ...args]);
  return { exit, err, ...(exit === 0 && JSON.parse(out)) };
};

const accountOf = async ({ server }: Stage, name: string) => {
  const { exit, out } = await runPosternInProcess(server.cwd, ['account', 'show', name, '--json']);
  return exit === 0 ? JSON.parse(out) : undefined;
};

const signIn = async ({ server }: Stage, login: string): Promise<Page> => {
  const browser = new Browser();
  const page = await browser.open(new RelyingParty(server.url).authorizationUrl(newVerifier()));
  return browser.submit(page, { login, password });
};

t.test('an operator invites a person, by mail or with a link to pass on', async (t) => {
  const stage = await open(t);
  const { server, smtp } = stage;

  await t.test('what can not work is refused at once', async (t) => {
    t.equal((await invite(stage, 'no address')).exit, 2);
    t.equal((await invite(stage, 'a@b.example, c@d.example')).exit, 2);
    t.equal((await invite(stage, 'ada@example.com', '--language', 'xx')).exit, 2);
    t.equal((await invite(stage, 'ada@example.com', '--claim', 'sub=ada')).exit, 2);
    t.equal((await invite(stage, 'ada@example.com', '--username', 'ADA')).exit, 4, 'the name is taken');
    t.equal(smtp.received.length, 0);
  });

  await t.test('the link of the message makes an account with a verified address, once', async (t) => {
    const made = await invite(stage, 'grace@example.com', '--claim', 'name=Grace Hopper', '--language', 'de');
    t.match(made, { exit: 0, email: 'grace@example.com', expires_at: /^\d{4}-/ });
    t.notOk('url' in made, 'the link is in the message only');
    const mail = await smtp.next('grace@example.com');
    t.match(parseMail(mail).text, 'Sie sind eingeladen');
    const [link = ''] = linksIn(mail, server.url);
    for (const method of ['HEAD', 'GET']) await fetch(link, { method, headers: { accept: '*/*' } });

    const browser = new Browser();
    const page = await browser.open(link);
    t.match(page.body, 'value="grace@example.com"');
    t.match(page.body, 'value="Grace Hopper"');
    const refused = await browser.submit(page, { login: 'admin', name: 'Grace', password: 'short' });
    t.equal(refused.status, 422);
    t.match(refused.body, 'value="admin"', 'what was typed is kept');
    t.equal(
      (await browser.submit(page, { login: 'admin', name: 'Grace', password })).status,
      422,
      'reserved',
    );
    for (const fields of [
      { login: 'gr\u0430ce' },
      { login: 'boss@corp.example' },
      { password: 'password123' },
      { password: 'Gracegrace1' },
    ]) {
      const again = await browser.submit(page, { login: 'grace', name: 'Grace', password, ...fields });
      t.equal(again.status, 422, JSON.stringify(fields));
    }

    const forged = { login: 'grace', name: 'Grace', password, email: 'evil@example.com' };
    const done = await browser.submit(page, forged);
    t.equal(done.url, `${server.url}/account/invitation`);
    t.match((await accountOf(stage, 'grace'))?.claims, {
      name: 'Grace',
      email: 'grace@example.com',
      email_verified: true,
    });
    t.equal((await signIn(stage, 'grace')).status, 303);
    t.equal((await browser.submit(page, forged)).url, done.url, 'the form was sent twice');
    t.equal((await browser.submit(page, { ...forged, password: `${password}?` })).status, 410);
    t.equal((await browser.submit(page, { ...forged, login: 'other' })).status, 410);
    t.equal((await browser.request(link)).status, 410);
  });

  await t.test(
    'a link that was printed does not verify the address, and the name may be fixed',
    async (t) => {
      const { url } = await invite(stage, 'eve@example.com', '--username', 'Support', '--print');
      t.match(url, `${server.url}/account/invitation/`);
      const browser = new Browser();
      const page = await browser.open(url);
      t.match(page.body, /value="Support"[^>]* readonly/);
      await browser.submit(page, { login: 'other', password });
      t.equal(await accountOf(stage, 'other'), undefined);
      const { claims } = await accountOf(stage, 'Support');
      t.match(claims, { email: 'eve@example.com', email_verified: false });
      t.notOk(smtp.received.some(({ to }) => to.includes('eve@example.com')));
    },
  );

  await t.test(
    'the fields of the operator are asked for, but for those that the operator filled in',
    async (t) => {
      const { url } = await invite(stage, 'hedy@example.com', '--claim', 'desk=D-1', '--print');
      const browser = new Browser();
      const page = await browser.open(url);
      t.match(page.body, 'name="claim-employee_no"');
      t.notMatch(page.body, 'claim-desk');
      const typed = { login: 'hedy', password, 'claim-desk': 'corner office', 'claim-groups': 'admins' };
      const refused = await browser.submit(page, { ...typed, 'claim-employee_no': '12' });
      t.equal(refused.status, 422);
      t.match(refused.body, 'value="12"');
      t.match(refused.body, 'aria-invalid="true"');
      t.equal(await accountOf(stage, 'hedy'), undefined);
      await browser.submit(page, { ...typed, 'claim-employee_no': '123456' });
      const { claims, groups } = await accountOf(stage, 'hedy');
      t.match(claims, { employee_no: '123456', desk: 'D-1' });
      t.notOk('groups' in claims);
      t.strictSame(groups ?? [], []);
    },
  );

  await t.test(
    'a person with a role is led to the console, also by a form that was sent twice',
    async (t) => {
      const args = ['admin', 'invite', 'root@example.com', '--role', 'viewer', '--json'];
      const { exit, out } = await runPosternInProcess(server.cwd, args);
      t.equal(exit, 0);
      const browser = new Browser();
      const page = await browser.open(JSON.parse(out).url);
      const typed = { login: 'walter', password, 'claim-employee_no': '123456', 'claim-desk': 'D-1' };
      for (const time of ['first', 'second']) {
        const done = await browser.submit(page, typed);
        t.equal(done.status, 200, time);
        t.equal(done.url, `${server.url}/account/invitation?to=administration`);
        t.match(done.body, '<a role="button" class="to-console" href="/admin">');
      }
      t.notMatch(
        (await browser.open(`${server.url}/account/invitation?to=//evil.example`)).body,
        'to-console',
      );
      const signIn = await browser.open(`${server.url}/admin`);
      t.match(signIn.body, 'login-submit', 'the person has to sign in');
      const console = await browser.submit(signIn, { login: 'walter', password });
      t.equal(console.url, `${server.url}/admin`);
      t.equal(console.status, 200);
    },
  );

  await t.test('a command invites into groups, but into no role', async (t) => {
    const run = (...args: string[]) => runPosternInProcess(server.cwd, args);
    for (const name of ['postern-viewers', 'staff']) await run('group', 'add', name);
    const refused = await invite(stage, 'boss@example.com', '--group', 'postern-viewers', '--print');
    t.equal(refused.exit, 4);
    t.match(refused.err, 'admin invite');
    t.equal((await invite(stage, 'boss@example.com', '--group', 'nothing', '--print')).exit, 3);
    const { url } = await invite(stage, 'lise@example.com', '--group', 'staff', '--print');
    const browser = new Browser();
    await browser.submit(await browser.open(url), { login: 'lise', password });
    t.strictSame((await accountOf(stage, 'lise'))?.groups, ['staff']);
  });

  await t.test('open invitations are listed and revoked by command', async (t) => {
    const run = async (...args: string[]) =>
      runPosternInProcess(server.cwd, ['account', 'invitations', ...args, '--json']);
    t.equal((await run('revoke', 'nothing')).exit, 3);
    const { url } = await invite(stage, 'rosa@example.com', '--username', 'rosa', '--print');
    const { items } = JSON.parse((await run()).out);
    const [found] = items.filter(({ email }: { email: string }) => email === 'rosa@example.com');
    t.match(found, { username: 'rosa', groups: [], mailed: false, by_kind: 'command' });
    t.notOk((await run('list')).out.includes(url.split('/').at(-1)), 'without links');
    t.match(JSON.parse((await run('revoke', found.invitation)).out), {
      email: 'rosa@example.com',
      revoked: true,
    });
    t.equal((await fetch(url, { headers: { accept: 'text/html' } })).status, 410);
    t.equal((await run('revoke', found.invitation)).exit, 3, 'once');
    t.notMatch((await run()).out, 'rosa@example.com');
  });

  await t.test('of parallel uses one makes an account', async (t) => {
    const { url } = await invite(stage, 'team@example.com', '--print');
    const names = Array.from({ length: 6 }, (_, n) => `racer${n}`);
    const statuses = await Promise.all(
      names.map(async (login) => {
        const body = new URLSearchParams({ login, password });
        const headers = { origin: server.url, accept: 'text/html' };
        return (await fetch(url, { method: 'POST', body, headers, redirect: 'manual' })).status;
      }),
    );
    t.strictSame(statuses.toSorted(), [303, 410, 410, 410, 410, 410]);
    const accounts = await Promise.all(names.map((name) => accountOf(stage, name)));
    t.equal(accounts.filter(Boolean).length, 1);
  });

  await t.test(
    'an address that a command replaces gets a message from the running server at once',
    async (t) => {
      const change = ['account', 'update', 'grace', '--claim', 'email=grace@example.org'];
      t.equal((await runPosternInProcess(server.cwd, change)).exit, 0);
      const { text } = parseMail(await smtp.next('grace@example.com'));
      t.match(text, 'An operator changed the email address of your account');
    },
  );

  await t.test(
    'a person whose account a command deletes gets a message from the running server at once',
    async (t) => {
      const begin = performance.now();
      t.equal((await runPosternInProcess(server.cwd, ['account', 'delete', 'grace'])).exit, 0);
      const { text } = parseMail(await smtp.next('grace@example.org'));
      t.match(text, 'An operator deleted your account.');
      const seconds = Math.round((performance.now() - begin) / 1000);
      t.ok(seconds < 15, `${seconds} s; servers look for messages every 30 s`);
    },
  );

  await t.test('request logs have the pattern of the route, and the audit has no address', async (t) => {
    const { url } = await invite(stage, 'log@example.com', '--print');
    await fetch(url, { headers: { accept: 'text/html' } });
    const token = url.slice(url.lastIndexOf('/') + 1);
    const lines = server.lines();
    t.ok(lines.some(({ route }) => route === '/account/invitation/:token'));
    t.notOk(server.log().includes(token));
    const { out } = await runPosternInProcess(server.cwd, ['audit', 'list', '--json']);
    t.match(out, 'account.invited');
    t.notMatch(out, /log@example\.com|grace@example\.com/);
    t.notOk(out.includes(token));
  });
});

t.test('without a mail server an operator in production has to pass the link on', async (t) => {
  const folder = await openCommandFolder(t);
  await folder.runInProcess(['account', 'add', 'ada', '--generate']);
  const production = ['mode=production', `security.key_encryption_key=${'0'.repeat(64)}`];
  const flags = production.flatMap((setting) => ['--set', setting]);
  const { exit, err } = await folder.runInProcess([...flags, 'account', 'invite', 'grace@example.com']);
  t.equal(exit, 4);
  t.match(err, 'use --print');
});

t.test('the holder of an invitation can not keep others from signing in', async (t) => {
  const stage = await open(t, { password: { max_concurrent: 1, max_queued: 4 } });
  const send = async (url: string, login: string) => {
    const body = new URLSearchParams({ login, password });
    const headers = { origin: stage.server.url, accept: 'text/html' };
    return fetch(url, { method: 'POST', body, headers, redirect: 'manual' });
  };
  const { url: own } = await invite(stage, 'grace@example.com', '--print');
  t.equal((await send(own, 'grace')).status, 303);
  /** What Grace gets while these forms are under way, and what they get. */
  const signInBeside = async (forms: () => readonly Promise<Response>[]) => {
    const browser = new Browser();
    const page = await browser.open(
      new RelyingParty(stage.server.url).authorizationUrl(newVerifier(), { prompt: 'login' }),
    );
    const sent = Promise.all(forms());
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { status } = await browser.submit(page, { login: 'grace', password });
    t.equal(status, 303);
    return sent;
  };
  const { url } = await invite(stage, 'eve@example.com', '--print');
  const taken = await signInBeside(() => Array.from({ length: 30 }, () => send(url, 'grace')));
  t.same(
    taken.map(({ status }) => status).toSorted(),
    [...Array.from({ length: 10 }, () => 422), ...Array.from({ length: 20 }, () => 429)],
    'a taken name costs no hash, and a link has ten forms a minute',
  );
  const limited = taken.find(({ status }) => status === 429);
  t.equal(limited?.headers.get('retry-after'), '60');
  t.match(await limited?.text(), 'Too many attempts. Try again in');

  const { url: another } = await invite(stage, 'eve@example.com', '--print');
  const free = await signInBeside(() => Array.from({ length: 10 }, (_, at) => send(another, `eve${at}`)));
  const statuses = free.map(({ status }) => status);
  t.equal(statuses.filter((status) => status === 303).length, 1, statuses.join());
});
