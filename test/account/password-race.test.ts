import t, { type Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { followPages } from '../support/follow-pages.ts';
import { holdCommit, holdCommitted } from '../support/hold-commit.ts';
import { Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { linksIn } from '../support/smtp-server.ts';
import { startWithMail } from '../support/start-with-mail.ts';

// A thief changes the password again and again. What the owner does meanwhile must win over a change under way.

const address = 'grace@example.com';
const ofThief = 'the passphrase of a thief';
const ofOwner = 'a lantern by the harbour';

const open = async (t: Test) => {
  const { server, smtp } = await startWithMail(t);
  const claims = { email: address, email_verified: true };
  const { id } = await server.addAccount({ username: 'grace', password, claims });
  const { issuer, store } = server;
  const isPassword = async (candidate: string): Promise<boolean> =>
    (await server.app.services.accounts.authenticate('grace', candidate)) !== undefined;
  const nextLink = async (path: string): Promise<string> => {
    for (;;) {
      const [link = ''] = linksIn(await smtp.next(address), issuer);
      if (link.includes(path)) return link;
    }
  };
  const askForReset = async (): Promise<string> => {
    const browser = new Browser();
    await browser.submit(await browser.open(`${issuer}/account/forgot`), { login: 'grace' });
    return nextLink('/account/reset/');
  };
  return { server, id, issuer, store, isPassword, nextLink, askForReset };
};

const holdAccount = (store: Store) =>
  holdCommit(store, (writes) => writes.some(({ key }) => key.kind === kinds.account));

t.test('a change of the password under way does not undo a reset by the owner', async (t) => {
  const { server, issuer, store, isPassword, askForReset } = await open(t);
  const reset = await askForReset();
  const path = `${issuer}/account/password`;
  const thief = await signedInBrowser(server, 'grace');
  const form = await thief.open(path);
  const held = holdAccount(store);
  const change = thief.submit(form, { current: password, password: ofThief });
  await held.arrived;
  const owner = new Browser();
  t.equal((await owner.submit(await owner.open(reset), { password: ofOwner })).status, 200);
  held.release();
  const answer = await change;
  t.equal(answer.status, 200);
  t.match(answer.body, 'login-submit', 'the thief has to sign in');
  t.ok(await isPassword(ofOwner));
  t.notOk(await isPassword(ofThief));
  t.equal((await thief.request(path)).status, 303);
  const page = await followPages(new Browser(), path, { login: 'grace', password: ofOwner });
  t.equal(page.url, path);
});

t.test('a change under way leaves the link that "This wasn’t me" sends good', async (t) => {
  const { server, id, issuer, store, isPassword, nextLink } = await open(t);
  await server.app.services.accounts.setPassword(id, 'the first of the thief');
  const notMe = await nextLink('/account/not-me/');
  server.clock.advance(1.5);
  const thief = await signedInBrowser(server, 'grace');
  const form = await thief.open(`${issuer}/account/password`);
  const held = holdAccount(store);
  const change = thief.submit(form, { current: 'the first of the thief', password: ofThief });
  await held.arrived;
  const owner = new Browser();
  t.equal((await owner.submit(await owner.open(notMe), {})).status, 200);
  held.release();
  t.match((await change).body, 'login-submit');
  t.notOk(await isPassword(ofThief));
  const reset = await nextLink('/account/reset/');
  t.equal((await owner.submit(await owner.open(reset), { password: ofOwner })).status, 200);
  t.ok(await isPassword(ofOwner));
});

t.test('a required password that is chosen under way does not undo a reset either', async (t) => {
  const { server, id, issuer, store, isPassword, askForReset } = await open(t);
  await server.app.services.accounts.setPassword(id, 'temporary and known to two', { isTemporary: true });
  const reset = await askForReset();
  const thief = new Browser();
  const login = await thief.open(`${issuer}/account`);
  const form = await thief.submit(login, { login: 'grace', password: 'temporary and known to two' });
  t.match(form.body, 'name="password"');
  const held = holdAccount(store);
  const change = thief.submit(form, { password: ofThief });
  await held.arrived;
  const owner = new Browser();
  t.equal((await owner.submit(await owner.open(reset), { password: ofOwner })).status, 200);
  held.release();
  t.match((await change).body, 'start-again', 'the sign-in has ended');
  t.ok(await isPassword(ofOwner));
  t.notOk(await isPassword(ofThief));
});

t.test('a form for a required password from before a newer temporary password sets none', async (t) => {
  const { server, id, issuer, isPassword } = await open(t);
  const { accounts } = server.app.services;
  await accounts.setPassword(id, 'temporary and known to two', { isTemporary: true });
  const thief = new Browser();
  const login = await thief.open(`${issuer}/account`);
  const form = await thief.submit(login, { login: 'grace', password: 'temporary and known to two' });
  server.clock.advance(1.5);
  await accounts.setPassword(id, 'temporary, and another one', { isTemporary: true });
  const answer = await thief.submit(form, { password: ofThief });
  t.match(answer.body, 'login-submit', 'the thief has to sign in');
  t.notOk(await isPassword(ofThief));
});

t.test('a session that ends while its password is changed gets no cookie, and no error', async (t) => {
  const { server, id, issuer, store, isPassword } = await open(t);
  const path = `${issuer}/account/password`;
  const browser = await signedInBrowser(server, 'grace');
  const form = await browser.open(path);
  const held = holdAccount(store);
  const change = browser.submit(form, { current: password, password: ofOwner });
  await held.arrived;
  const { sessions } = server.app.services;
  for (const session of (await sessions.list(id)).items) await sessions.end(session.id);
  held.release();
  t.match((await change).body, 'login-submit');
  t.ok(await isPassword(ofOwner));
});

t.test('a form that is sent twice ends where the first one did', async (t) => {
  const { server, issuer, store, isPassword } = await open(t);
  const path = `${issuer}/account/password`;
  const browser = await signedInBrowser(server, 'grace');
  const form = await browser.open(path);
  const held = holdAccount(store);
  const second = browser.submit(form, { current: password, password: ofOwner });
  await held.arrived;
  t.equal((await browser.submit(form, { current: password, password: ofOwner })).url, `${path}?done=yes`);
  held.release();
  t.equal((await second).url, `${path}?done=yes`);
  t.ok(await isPassword(ofOwner));
});

t.test(
  'a browser in which the password was changed ends with what is signed out at that moment',
  async (t) => {
    const { server, id, issuer, store } = await open(t);
    const browser = await signedInBrowser(server, 'grace');
    const form = await browser.open(`${issuer}/account/password`);
    const held = holdCommitted(store, (writes) => writes.some(({ key }) => key.kind === kinds.account));
    const change = browser.submit(form, { current: password, password: ofThief });
    await held.arrived;
    server.clock.advance(1);
    // The sessions are removed afterwards.
    await server.app.services.accounts.signOut(id);
    server.clock.advance(1);
    held.release();
    await change;
    t.equal((await browser.request(`${issuer}/account`)).status, 303, 'the browser has to sign in');
  },
);
