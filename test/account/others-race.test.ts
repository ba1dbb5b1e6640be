import t, { type Test } from 'tap';
import type { Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { codeAt, keyIn } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { holdCommit } from '../support/hold-commit.ts';
import { passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import { settingsOf, signInBy } from '../support/upstream-sign-in.ts';

// The owner of an account ends all other sessions while a thief sets something up that leads back, or deletes the account.
// Nothing of it may be done afterwards.

const redis = await ensureRedis();
t.teardown(redis.close);
const acme = await startFakeUpstream(t);

const ofThief = 'the passphrase of a thief';

const open = async (t: Test, store: object) => {
  const server = await startInProcess(t, {
    ...usualConfig,
    store,
    profile: { delete_account: true },
    security: { password: { memory_kib: 8192, passes: 1 } },
    upstreams: [settingsOf(acme)],
  });
  const { issuer } = server;
  const { id } = await server.addAccount({ username: 'grace', password, claims: { name: 'Grace' } });
  const { accounts, passkeys, factors, sessions, upstreamLinks } = server.app.services;
  t.teardown(server.clock.restore);
  const thief = await signedInBrowser(server, 'grace');
  const account = async () => {
    const found = await accounts.find(id);
    if (!found) throw new Error('the account is gone');
    return found;
  };
  return {
    server,
    issuer,
    thief,
    account,
    /** The ways back that the thief has. */
    async waysBack(): Promise<readonly string[]> {
      const { authenticators } = await factors.of(await account());
      const links = await upstreamLinks.listOf(id);
      return [
        ...(await passkeys.list(id)).map(() => 'passkey'),
        ...authenticators.map(() => 'app'),
        ...links.map(({ link }) => link.subject),
        ...((await accounts.authenticate('grace', ofThief)) ? ['password'] : []),
      ];
    },
    /** The page after a sign-in to an application by password, in a new browser. */
    async signIn(fields: Readonly<Record<string, string>> = {}) {
      const browser = new Browser();
      const login = await browser.open(new RelyingParty(issuer).authorizationUrl(newVerifier()));
      return { browser, page: await browser.submit(login, { login: 'grace', password, ...fields }) };
    },
    /** Sends a request, and holds back its write of this kind until the owner has ended all other sessions. */
    async whileUnderWay(kind: string, send: () => Promise<Page>): Promise<Page> {
      server.clock.advance(1);
      const held = holdCommit(server.store, (writes: readonly Write[]) =>
        writes.some(({ key }) => key.kind === kind),
      );
      const sent = send();
      const answered = sent.then(({ status, url }) =>
        Promise.reject(new Error(`no commit: ${status} ${url}`)),
      );
      await Promise.race([held.arrived, answered]);
      answered.catch(() => {});
      await sessions.endOthers(id, '');
      held.release();
      return sent;
    },
  };
};

type Stage = Awaited<ReturnType<typeof open>>;

/** A sign-in page, or that of a sign-in whose session has ended. */
const isOver = ({ status, body }: Page): boolean =>
  body.includes('login-submit') || (status === 400 && body.includes('This sign-in has expired'));

const stores = {
  memory: () => ({ url: 'memory:' }),
  Redis: () => ({ url: redis.url, prefix: freshPrefix() }),
};

/** Tests a race on each store. */
const race = (name: string, run: (stage: Stage, t: Test) => Promise<Page>): void => {
  for (const [store, make] of Object.entries(stores))
    t.test(`${name} (${store})`, async (t) => {
      const stage = await open(t, make());
      const answer = await run(stage, t);
      t.ok(isOver(answer), `${answer.status} ${answer.url}`);
      t.same(await stage.waysBack(), []);
      t.equal((await stage.account()).claims['name'], 'Grace');
    });
};

race('a passkey that is being added', async ({ issuer, thief, whileUnderWay }) => {
  const page = await thief.open(`${issuer}/account/passkeys/add`);
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(passkeyFormOf(page.body).options);
  return whileUnderWay(kinds.passkeys, () => sendPasskey(thief, page, credential));
});

race('a passkey that is being added after a sign-in', async ({ issuer, signIn, whileUnderWay }) => {
  const { browser, page } = await signIn({ passkeys: 'yes' });
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(passkeyFormOf(page.body).options);
  return whileUnderWay(kinds.passkeys, () => sendPasskey(browser, page, credential));
});

race('an app that is being added', async ({ server, issuer, thief, whileUnderWay }) => {
  const page = await thief.open(`${issuer}/account/authenticator/add`);
  const code = codeAt(keyIn(page), server.clock.now() + 1_000);
  return whileUnderWay(kinds.factors, () => thief.submit(page, { code }));
});

race('an identity that is being linked', async ({ issuer, thief, whileUnderWay }) => {
  acme.person = { sub: 'thief' };
  const page = await thief.open(`${issuer}/account/upstreams/connect/acme`);
  const go = /href="([^"]*\/go)"/.exec(page.body)?.[1] ?? '';
  const left = await thief.request(new URL(go, page.url).href);
  const back = await new Browser().request(left.headers.get('location') ?? '');
  const confirm = await thief.open(back.headers.get('location') ?? '');
  return whileUnderWay(kinds.upstreamLink, () => thief.submit(confirm, {}));
});

race('an identity that is being linked in a sign-in', async ({ issuer, whileUnderWay }, t) => {
  acme.person = { sub: 'thief' };
  const browser = new Browser();
  const login = await browser.submit(await signInBy(issuer, 'acme', { browser }), { link: 'yes' });
  const confirm = await browser.submit(login, { login: 'grace', password });
  t.match(confirm.body, 'upstream-connect');
  return whileUnderWay(kinds.upstreamLink, () => browser.submit(confirm, { connect: 'yes' }));
});

race('a password that is being changed', async ({ issuer, thief, whileUnderWay }) => {
  const page = await thief.open(`${issuer}/account/password`);
  return whileUnderWay(kinds.account, () => thief.submit(page, { current: password, password: ofThief }));
});

race('a required password that is being chosen', async ({ server, account, signIn, whileUnderWay }, t) => {
  const { id } = await account();
  await server.app.services.accounts.update(id, { required: { add: ['password'] } });
  const { browser, page } = await signIn();
  t.match(page.body, 'password-submit');
  const answer = await whileUnderWay(kinds.account, () => browser.submit(page, { password: ofThief }));
  t.same((await account()).required, ['password'], 'it is asked again');
  return answer;
});

race('a required profile that is being stored', async ({ server, account, signIn, whileUnderWay }) => {
  const { id } = await account();
  await server.app.services.accounts.update(id, { required: { add: ['profile'] } });
  const { browser, page } = await signIn();
  const fields = { name: 'Thief', email: 'thief@example.com' };
  return whileUnderWay(kinds.account, () => browser.submit(page, fields));
});

race('a deletion', async ({ issuer, thief, whileUnderWay }) => {
  const page = await thief.open(`${issuer}/account/delete`);
  return whileUnderWay(kinds.account, () => thief.submit(page, { login: 'grace' }));
});

/** What its owner, or an operator, does about a page that a thief has left open. */
const endings: Readonly<Record<string, (stage: Stage, id: string) => Promise<unknown>>> = {
  'all other sessions end': ({ server }, id) => server.app.services.sessions.endOthers(id, ''),
  'everything ends': ({ server }, id) => server.app.services.endEverything(id),
  'there is a new password': ({ server }, id) =>
    server.app.services.accounts.setPassword(id, 'a lantern by the harbour', { isTemporary: true }),
  'the account is disabled and enabled': async ({ server }, id) => {
    await server.app.services.accounts.disable(id);
    await server.app.services.accounts.enable(id);
  },
};

t.test('a page of a sign-in that is left open sets up nothing after', async (t) => {
  for (const [name, end] of Object.entries(endings)) {
    await t.test(name, async (t) => {
      const stage = await open(t, stores.memory());
      const { server, issuer, account, signIn } = stage;
      const { id } = await account();
      acme.person = { sub: 'thief' };
      const linking = new Browser();
      const login = await linking.submit(await signInBy(issuer, 'acme', { browser: linking }), {
        link: 'yes',
      });
      const link = await linking.submit(login, { login: 'grace', password });
      t.match(link.body, 'upstream-connect');
      await server.app.services.accounts.update(id, { required: { add: ['password'] } });
      const { browser, page } = await signIn();
      t.match(page.body, 'password-submit');
      server.clock.advance(1);
      await end(stage, id);
      server.clock.advance(1);
      t.ok(isOver(await linking.submit(link, { connect: 'yes' })));
      t.ok(isOver(await browser.submit(page, { password: ofThief })));
      t.same(await stage.waysBack(), []);
    });
  }
});
