import t, { type Test } from 'tap';
import type { Store, Write } from '#src/store/port.ts';
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
} from '../support/setup/index.ts';
import { linksIn } from '../support/smtp-server.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import { startWithMail } from '../support/start-with-mail.ts';
import { settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';

// The owner of an account presses "This wasn't me" while a thief adds ways to sign in, or changes or removes something.
// Nothing of it may be left.

const redis = await ensureRedis();
t.teardown(redis.close);
const acme = await startFakeUpstream(t);

const address = 'grace@example.com';
const ofThief = 'known to the thief';

const open = async (t: Test, store: object, settings: Readonly<Record<string, unknown>> = {}) => {
  const { security, ...others } = settings;
  const { server, smtp } = await startWithMail(t, {
    store,
    security: { password: { memory_kib: 8192, passes: 1 }, ...Object(security) },
    upstreams: [settingsOf(acme)],
    ...others,
  });
  const { issuer } = server;
  const { accounts, passkeys, provisioning, upstreamLinks } = server.app.services;
  const claims = { name: 'Grace', email: address, email_verified: true };
  const { id } = await server.addAccount({ username: 'grace', password, claims });
  const account = async () => {
    const found = await accounts.find(id);
    if (!found) throw new Error('no account');
    return found;
  };
  const nextLink = async (to: string, path: string): Promise<string> => {
    for (;;) {
      const [link = ''] = linksIn(await smtp.next(to), issuer);
      if (link.includes(path)) return link;
    }
  };
  t.teardown(server.clock.restore);
  const ofOwner = { upstream: 'acme', subject: 'grace', profile: {}, assigned: {}, amr: [] };
  await provisioning.link(await account(), ofOwner, []);
  server.clock.advance(120);
  await accounts.setPassword(id, ofThief);
  const notMe = await nextLink(address, '/account/not-me/');
  server.clock.advance(1.5);
  /** The owner presses the button. */
  const report = async () => {
    const owner = new Browser();
    const page = await owner.submit(await owner.open(notMe), {});
    t.equal(page.url, `${issuer}/account/not-me`);
  };
  return {
    server,
    issuer,
    store: server.store,
    nextLink,
    thief: await signedInBrowser(server, 'grace'),
    report,
    account,
    linked: async () => (await upstreamLinks.listOf(id)).map(({ link }) => link.subject),
    passkeysLeft: async () => (await passkeys.list(id)).length,
    /** The page after a sign-in to an application by password. */
    async signIn(fields: Readonly<Record<string, string>> = {}) {
      const browser = new Browser();
      const login = await browser.open(new RelyingParty(issuer).authorizationUrl(newVerifier()));
      const page = await browser.submit(login, { login: 'grace', password: ofThief, ...fields });
      return { browser, page };
    },
  };
};

const writesTo =
  (kind: string) =>
  (writes: readonly Write[]): boolean =>
    writes.some(({ key }) => key.kind === kind);

interface UnderWay {
  readonly store: Store;
  readonly report: () => Promise<void>;
}

/** Sends a request of the thief, and holds back its write of this kind until the owner has pressed the button. */
const whileUnderWay = async (
  { store, report }: UnderWay,
  kind: string,
  send: () => Promise<Page>,
): Promise<Page> => {
  const held = holdCommit(store, writesTo(kind));
  const sent = send();
  const answered = sent.then(({ status, url }) => Promise.reject(new Error(`no commit: ${status} ${url}`)));
  await Promise.race([held.arrived, answered]);
  answered.catch(() => {});
  await report();
  held.release();
  return sent;
};

const isLogin = ({ body }: Page): boolean => body.includes('login-submit');

/** The page of a sign-in whose session has ended. */
const isOver = ({ status, body }: Page): boolean =>
  status === 400 && body.includes('This sign-in has expired');

const stores = {
  memory: () => ({ url: 'memory:' }),
  Redis: () => ({ url: redis.url, prefix: freshPrefix() }),
};

/** Tests a race on each store. */
const race = (name: string, run: (t: Test, store: object) => Promise<void>): void => {
  for (const [store, make] of Object.entries(stores)) t.test(`${name} (${store})`, (t) => run(t, make()));
};

race('a passkey that is being added when everything ends is not added', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, thief, passkeysLeft } = opened;
  const page = await thief.open(`${issuer}/account/passkeys/add`);
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(passkeyFormOf(page.body).options);
  const answer = await whileUnderWay(opened, kinds.passkeys, () => sendPasskey(thief, page, credential));
  t.ok(isLogin(answer));
  t.equal(await passkeysLeft(), 0);
});

race('no passkey is added between the removal of passkeys and the end of sessions', async (t, on) => {
  const { issuer, store, thief, report, passkeysLeft } = await open(t, on);
  const add = `${issuer}/account/passkeys/add`;
  const page = await thief.open(add);
  const { options } = passkeyFormOf(page.body);
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(options);
  const held = holdCommit(store, writesTo(kinds.account), 1);
  const reporting = report();
  await held.arrived;
  t.ok(isLogin(await sendPasskey(thief, page, credential)));
  held.release();
  await reporting;
  t.equal(await passkeysLeft(), 0);
});

race('a passkey that is being added after a sign-in is not added', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, signIn, passkeysLeft } = opened;
  const { browser, page } = await signIn({ passkeys: 'yes' });
  const { options } = passkeyFormOf(page.body);
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(options);
  const answer = await whileUnderWay(opened, kinds.passkeys, () => sendPasskey(browser, page, credential));
  t.ok(isOver(answer));
  t.equal(await passkeysLeft(), 0);
});

race('an app that is being added when everything ends is not added', async (t, store) => {
  const opened = await open(t, store);
  const { server, issuer, thief, account } = opened;
  const page = await thief.open(`${issuer}/account/authenticator/add`);
  const code = codeAt(keyIn(page), server.clock.now());
  t.ok(isLogin(await whileUnderWay(opened, kinds.factors, () => thief.submit(page, { code }))));
  t.same((await server.app.services.factors.of(await account())).authenticators, []);
});

race('an app that is being set up in a sign-in when everything ends is not added', async (t, store) => {
  const opened = await open(t, store, { security: { factors: { required: 'always', grace_days: 0 } } });
  const { server, signIn, account } = opened;
  const { browser, page } = await signIn();
  const code = codeAt(keyIn(page), server.clock.now());
  const answer = await whileUnderWay(opened, kinds.factors, () => browser.submit(page, { code }));
  t.ok(isLogin(answer), `${answer.status} ${answer.url}`);
  t.same((await server.app.services.factors.of(await account())).authenticators, []);
});

race(
  'an app that is being set up in a sign-in when all other sessions end is not added',
  async (t, store) => {
    const opened = await open(t, store, { security: { factors: { required: 'always', grace_days: 0 } } });
    const { server, issuer, signIn, account } = opened;
    const owner = await signedInBrowser(server, 'grace');
    const { browser, page } = await signIn();
    const code = codeAt(keyIn(page), server.clock.now());
    server.clock.advance(1);
    const report = async () => {
      const { url } = await owner.submit(await owner.open(`${issuer}/account/sessions/others`), {});
      t.match(url, '/account/sessions');
    };
    const send = () => browser.submit(page, { code });
    const answer = await whileUnderWay({ ...opened, report }, kinds.factors, send);
    t.ok(isLogin(answer), `${answer.status} ${answer.url}`);
    t.same((await server.app.services.factors.of(await account())).authenticators, []);
  },
);

race('an identity that is being linked when everything ends is not linked', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, thief, linked } = opened;
  acme.person = { sub: 'thief' };
  const page = await thief.open(`${issuer}/account/upstreams/connect/acme`);
  const go = /href="([^"]*\/go)"/.exec(page.body)?.[1] ?? '';
  const left = await thief.request(new URL(go, page.url).href);
  const back = await new Browser().request(left.headers.get('location') ?? '');
  const confirm = await thief.open(back.headers.get('location') ?? '');
  const answer = await whileUnderWay(opened, kinds.upstreamLink, () => thief.submit(confirm, {}));
  t.ok(isLogin(answer), `${answer.status} ${answer.url}`);
  t.same(await linked(), ['grace']);
});

race('an identity that is being linked in a sign-in when everything ends is not linked', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, linked } = opened;
  acme.person = { sub: 'thief' };
  const browser = new Browser();
  const login = await browser.submit(await signInBy(issuer, 'acme', { browser }), { link: 'yes' });
  const confirm = await browser.submit(login, { login: 'grace', password: ofThief });
  t.match(confirm.body, 'upstream-connect');
  const answer = await whileUnderWay(opened, kinds.upstreamLink, () =>
    browser.submit(confirm, { connect: 'yes' }),
  );
  t.ok(isOver(answer), `${answer.status} ${answer.url}`);
  t.same(await linked(), ['grace']);
});

race('an identity that is being unlinked when everything ends stays linked', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, thief, linked, account } = opened;
  const list = await thief.open(`${issuer}/account/upstreams`);
  const remove = /href="(\/account\/upstreams\/[^"/]+\/remove)"/.exec(list.body)?.[1] ?? '';
  const page = await thief.open(new URL(remove, issuer).href);
  const answer = await whileUnderWay(opened, kinds.upstreamLink, () => thief.submit(page, {}));
  t.ok(isLogin(answer), `${answer.status} ${answer.url}`);
  t.same(await linked(), ['grace']);
  t.ok((await account()).enabled);
  // The owner can sign in by it.
  acme.person = { sub: 'grace' };
  const owner = new Browser();
  const login = await owner.open(`${issuer}/account/sessions`);
  t.equal((await owner.open(await visitUpstream(owner, login, 'acme'))).status, 200);
});

race('a profile that is being changed when everything ends stays', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, thief, account } = opened;
  const page = await thief.open(`${issuer}/account/profile`);
  const answer = await whileUnderWay(opened, kinds.account, () => thief.submit(page, { name: 'Thief' }));
  t.ok(isLogin(answer), `${answer.status} ${answer.url}`);
  t.equal((await account()).claims['name'], 'Grace');
});

race('a profile that a sign-in asks for when everything ends stays', async (t, store) => {
  const opened = await open(t, store);
  const { server, signIn, account } = opened;
  const { id } = await account();
  await server.app.services.accounts.update(id, { required: { add: ['profile'] } });
  const { browser, page } = await signIn();
  const answer = await whileUnderWay(opened, kinds.account, () => browser.submit(page, { name: 'Thief' }));
  t.ok(isOver(answer), `${answer.status} ${answer.url}`);
  t.equal((await account()).claims['name'], 'Grace');
  t.same((await account()).required, ['profile'], 'it is asked again');
});

race('an address that is being confirmed when everything ends is not stored', async (t, store) => {
  const opened = await open(t, store);
  const { issuer, thief, nextLink, account } = opened;
  const other = 'thief@example.com';
  await thief.submit(await thief.open(`${issuer}/account/email`), { email: other, password: ofThief });
  const page = await thief.open(await nextLink(other, '/account/email/'));
  t.equal((await whileUnderWay(opened, kinds.account, () => thief.submit(page, {}))).status, 410);
  t.equal((await account()).claims['email'], address);
});
