import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  type Page,
  password,
  redirectParameters,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { parseMail, startSmtp } from '../support/smtp-server.ts';
import { settingsOf, signInBy } from '../support/upstream-sign-in.ts';

type Outcome = 'created' | 'linked' | 'asked to sign in' | 'asked to choose' | 'refused';

/** Which account has the address: none, one that only claims it, or one that has verified it. */
type Local = 'none' | 'claimed' | 'verified';

interface Cell {
  readonly isVerified: boolean;
  readonly isTrusted: boolean;
  readonly local: Local;
}

const cells: readonly Cell[] = [true, false].flatMap((isVerified) =>
  [true, false].flatMap((isTrusted) =>
    (['none', 'claimed', 'verified'] as const).map((local) => ({ isVerified, isTrusted, local })),
  ),
);

const describe = ({ isVerified, isTrusted, local }: Cell): string =>
  `${isVerified ? 'verified' : 'unverified'}, ${isTrusted ? 'trusted' : 'not trusted'}, local account ${local}`;

interface Settings {
  readonly create: boolean;
  readonly link: 'never' | 'sign_in' | 'verified_email';
}

/** Only an address that is verified, by an upstream that is trusted for it, says anything about accounts here. */
const expected = ({ create, link }: Settings, { isVerified, isTrusted, local }: Cell): Outcome => {
  if (isVerified && isTrusted && local === 'verified')
    return { never: 'refused', sign_in: 'asked to sign in', verified_email: 'linked' }[link] as Outcome;
  if (isVerified && isTrusted) return create ? 'created' : link === 'never' ? 'refused' : 'asked to sign in';
  if (link === 'never') return create ? 'created' : 'refused';
  return create ? 'asked to choose' : 'asked to sign in';
};

const outcomeOf = async (
  server: TestServer,
  page: Page,
  before: number,
  local: string | undefined,
): Promise<Outcome | string> => {
  if (page.body.includes('upstream-create')) return 'asked to choose';
  if (page.body.includes('upstream-link')) return 'asked to sign in';
  if (page.status === 403) return 'refused';
  if (!redirectParameters(page).get('code')) return `neither: ${page.status}`;
  const after = (await server.app.services.accounts.list({ limit: 500 })).items.length;
  const { account } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  if (account === local) return after === before ? 'linked' : 'linked and created';
  return after === before + 1 ? 'created' : 'signed in as another';
};

const allSettings: readonly Settings[] = [true, false].flatMap((create) =>
  (['never', 'sign_in', 'verified_email'] as const).map((link) => ({ create, link })),
);

t.test('the table of first sign-ins: each cell has the outcome that it should have', async (t) => {
  const fake = await startFakeUpstream(t);
  const upstreams = allSettings.flatMap(({ create, link }) =>
    [true, false].flatMap((trust) =>
      // The configuration refuses to link by an address that nobody is trusted for.
      link === 'verified_email' && !trust
        ? []
        : [
            settingsOf(fake, {
              id: `${create ? 'create' : 'keep'}-${link.replace('_', '-')}-${trust ? 'trust' : 'doubt'}`,
              create,
              link,
              trust_email: trust,
            }),
          ],
    ),
  );
  const server = await startInProcess(t, {
    ...usualConfig,
    upstreams,
    security: { throttle: { registration_per_address: 0 } },
  });
  let count = 0;
  for (const settings of allSettings) {
    for (const cell of cells) {
      if (settings.link === 'verified_email' && !cell.isTrusted) continue;
      count += 1;
      const email = `person-${count}@acme.example`;
      const claims = { email, email_verified: cell.local === 'verified' };
      const local =
        cell.local === 'none' ? undefined : await server.addAccount({ username: `local-${count}`, claims });
      const before = (await server.app.services.accounts.list({ limit: 500 })).items.length;
      fake.person = { sub: `u${count}`, email, email_verified: cell.isVerified };
      const id = `${settings.create ? 'create' : 'keep'}-${settings.link.replace('_', '-')}-${cell.isTrusted ? 'trust' : 'doubt'}`;
      const page = await signInBy(server.issuer, id);
      const what = `create ${settings.create}, link ${settings.link}: ${describe(cell)}`;
      t.equal(await outcomeOf(server, page, before, local?.id), expected(settings, cell), what);
      if (cell.local !== 'verified') continue;
      const owner = await server.app.services.accounts.findByEmail(email);
      t.equal(owner?.id, local?.id, 'the verified address stays with its account');
    }
  }
  t.equal(count, 60);
});

const openWith = async (
  test: Parameters<typeof startFakeUpstream>[0],
  more: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>> = {},
) => {
  const fake = await startFakeUpstream(test);
  const upstreams = [settingsOf(fake, more)];
  const server = await startInProcess(test, { ...usualConfig, upstreams, ...others });
  return { fake, server };
};

t.test('a person links an account by signing in to it, once', async (t) => {
  const { fake, server } = await openWith(t, { create: false, trust_email: true });
  const claims = { email: 'grace@acme.example', email_verified: true };
  const account = await server.addAccount({ username: 'grace', password, claims });
  fake.person = { sub: 'u1', name: 'Grace Hopper', email: 'grace@acme.example', email_verified: true };
  const browser = new Browser();
  const asked = await signInBy(server.issuer, 'acme', { browser, parameters: { state: 'kept' } });
  t.match(asked.body, 'grace@acme.example');
  t.equal((await browser.submit(asked, { csrf: 'x'.repeat(43), link: 'yes' })).status, 403);

  const login = await browser.submit(asked, { link: 'yes' });
  t.match(login.body, 'the account that you want to connect');
  t.match(await browser.submit(login, { login: 'grace', password: 'wrong' }), { status: 422 });
  t.equal(
    await server.app.services.upstreamLinks.find('acme', 'u1'),
    undefined,
    'a wrong password links nothing',
  );

  const confirm = await browser.submit(login, { login: 'grace', password });
  t.match(confirm.body, 'upstream-connect');
  t.equal(await server.app.services.upstreamLinks.find('acme', 'u1'), undefined, 'and neither does a page');
  const done = redirectParameters(await browser.submit(confirm, { connect: 'yes' }));
  t.ok(done.get('code'));
  t.equal(done.get('state'), 'kept');
  t.equal((await server.app.services.upstreamLinks.find('acme', 'u1'))?.link.account, account.id);
  t.match(
    server.events.find(({ type }) => type === 'account.upstream_linked'),
    { account: account.id, details: { upstream: 'acme' } },
  );
  t.equal((await server.app.services.accounts.find(account.id))?.claims['name'], 'Grace Hopper');

  t.ok(
    redirectParameters(await signInBy(server.issuer, 'acme')).get('code'),
    'from then on it signs in alone',
  );
  t.match(server.events.filter(({ type }) => type === 'sign-in').at(-1), { account: account.id });
});

t.test(
  'an account with a second factor is linked after that, also where the password is enough to sign in',
  async (t) => {
    const { fake, server } = await openWith(
      t,
      { second_factor: 'skip' },
      { security: { factors: { required: 'never' } } },
    );
    const { accounts, factors, upstreamLinks } = server.app.services;
    const account = await accounts.findByUsername('ada');
    if (!account) throw new Error('no account');
    const { pending, secret } = factors.begin(account, 'test');
    const code = codeAt(secret, server.clock.now());
    t.match(await factors.enrol(account, { place: 'test', pending, code }), { outcome: 'added' });
    server.clock.advance(31);
    fake.person = { sub: 'u1', preferred_username: 'ada' };
    const browser = new Browser();
    const login = await browser.submit(await signInBy(server.issuer, 'acme', { browser }), { link: 'yes' });
    const asked = await browser.submit(login, { login: 'ada', password });
    t.match(asked.body, 'factor-submit');
    t.notMatch(asked.body, 'upstream-connect');
    const confirm = await browser.submit(asked, { code: codeAt(secret, server.clock.now()) });
    t.match(confirm.body, 'upstream-connect');
    t.ok(redirectParameters(await browser.submit(confirm, { connect: 'yes' })).get('code'));
    t.equal((await upstreamLinks.find('acme', 'u1'))?.link.account, account.id);
  },
);

t.test('a person who changes their mind is signed in, and nothing is linked', async (t) => {
  const { fake, server } = await openWith(t, {});
  fake.person = { sub: 'u1', preferred_username: 'ada' };
  const browser = new Browser();
  const login = await browser.submit(await signInBy(server.issuer, 'acme', { browser }), { link: 'yes' });
  const confirm = await browser.submit(login, { login: 'ada', password });
  t.ok(redirectParameters(await browser.submit(confirm, { later: 'yes' })).get('code'));
  t.equal(await server.app.services.upstreamLinks.find('acme', 'u1'), undefined);
});

t.test('a choice between a new account and the one that exists', async (t) => {
  const { fake, server } = await openWith(t, { create: true });
  fake.person = { sub: 'u1', preferred_username: 'ada', email: 'ada@acme.example', email_verified: true };
  const browser = new Browser();
  const asked = await signInBy(server.issuer, 'acme', { browser });
  const done = await browser.submit(asked, { create: 'yes' });
  t.ok(redirectParameters(done).get('code'));
  const { items } = await server.app.services.accounts.list();
  const added = items.find(({ from }) => from === 'store');
  t.match(added?.username, /^ada-\d{4}$/, 'a user name that is taken gets digits');
  t.equal(added?.claims['email_verified'], false, 'an upstream that is not trusted verifies no address');
  t.match(await browser.open(asked.url), { status: 400 }, 'the page is over');
});

t.test('a link to an account that is gone is none', async (t) => {
  const { fake, server } = await openWith(t, { create: true, link: 'never' });
  fake.person = { sub: 'u1', name: 'Grace' };
  await signInBy(server.issuer, 'acme');
  const { account: first = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  await server.app.services.accounts.remove(first);
  server.clock.advance(61);
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
  const { account: second } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  t.ok(second);
  t.not(second, first);
});

t.test('an account of the configuration is linked, and stays as it is', async (t) => {
  const { fake, server } = await openWith(t, { claims: { department: { value: 'sea' } } });
  fake.person = { sub: 'u1', name: 'Another Name' };
  const browser = new Browser();
  const login = await browser.submit(await signInBy(server.issuer, 'acme', { browser }), { link: 'yes' });
  await browser.submit(await browser.submit(login, { login: 'ada', password }), { connect: 'yes' });
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
  const ada = await server.app.services.accounts.findByUsername('ada');
  t.equal(ada?.claims['name'], 'Ada Lovelace');
});

t.test('the owner of the account gets a message about the new way to sign in', async (t) => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  const fake = await startFakeUpstream(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
    upstreams: [settingsOf(fake, { link: 'verified_email', trust_email: true })],
  });
  const claims = { email: 'grace@acme.example', email_verified: true };
  await server.addAccount({ username: 'grace', password, claims });
  fake.person = { sub: 'u1', ...claims };
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
  t.match(parseMail(await smtp.next('grace@acme.example')).text, 'was connected to your account');
});
