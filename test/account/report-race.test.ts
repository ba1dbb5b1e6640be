import t, { type Test } from 'tap';
import type { Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { codeAt, keyIn } from '../support/authenticator.ts';
import { holdCommit } from '../support/hold-commit.ts';
import { passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { linksIn } from '../support/smtp-server.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import { startWithMail } from '../support/start-with-mail.ts';

// The owner of an account presses "This wasn't me" while a thief adds ways to sign in. None of them may be left.

const address = 'grace@example.com';

const open = async (t: Test) => {
  const { server, smtp } = await startWithMail(t);
  const { issuer, store } = server;
  const { accounts, passkeys } = server.app.services;
  const claims = { email: address, email_verified: true };
  const { id } = await server.addAccount({ username: 'grace', password, claims });
  const nextLink = async (to: string, path: string): Promise<string> => {
    for (;;) {
      const [link = ''] = linksIn(await smtp.next(to), issuer);
      if (link.includes(path)) return link;
    }
  };
  await accounts.setPassword(id, 'known to the thief');
  const notMe = await nextLink(address, '/account/not-me/');
  server.clock.advance(1.5);
  return {
    server,
    issuer,
    store,
    nextLink,
    thief: await signedInBrowser(server, 'grace'),
    /** The owner presses the button. */
    async report() {
      const owner = new Browser();
      const page = await owner.submit(await owner.open(notMe), {});
      t.equal(page.url, `${issuer}/account/not-me`);
    },
    async account() {
      const account = await accounts.find(id);
      if (!account) throw new Error('no account');
      return account;
    },
    passkeysLeft: async () => (await passkeys.list(id)).length,
  };
};

const writesTo =
  (kind: string) =>
  (writes: readonly Write[]): boolean =>
    writes.some(({ key }) => key.kind === kind);

t.test('a passkey that is being added when everything ends is not added', async (t) => {
  const { issuer, store, thief, report, passkeysLeft } = await open(t);
  const page = await thief.open(`${issuer}/account/passkeys/add`);
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(passkeyFormOf(page.body).options);
  const held = holdCommit(store, writesTo(kinds.passkeys));
  const adding = sendPasskey(thief, page, credential);
  await held.arrived;
  await report();
  held.release();
  t.match((await adding).body, 'login-submit');
  t.equal(await passkeysLeft(), 0);
});

t.test('no passkey is added between the removal of passkeys and the end of sessions', async (t) => {
  const { issuer, store, thief, report, passkeysLeft } = await open(t);
  const add = `${issuer}/account/passkeys/add`;
  const page = await thief.open(add);
  const { options } = passkeyFormOf(page.body);
  const credential = new SoftwareAuthenticator({ origin: issuer }).create(options);
  const held = holdCommit(store, writesTo(kinds.account), 1);
  const reporting = report();
  await held.arrived;
  t.match((await sendPasskey(thief, page, credential)).body, 'login-submit');
  held.release();
  await reporting;
  t.equal(await passkeysLeft(), 0);
});

t.test('an app that is being added when everything ends is not added', async (t) => {
  const { server, issuer, store, thief, report, account } = await open(t);
  const page = await thief.open(`${issuer}/account/authenticator/add`);
  const held = holdCommit(store, writesTo(kinds.factors));
  const adding = thief.submit(page, { code: codeAt(keyIn(page), server.clock.now()) });
  await held.arrived;
  await report();
  held.release();
  t.match((await adding).body, 'login-submit');
  const { factors } = server.app.services;
  t.same((await factors.of(await account())).authenticators, []);
});

t.test('an address that is being confirmed when everything ends is not stored', async (t) => {
  const { issuer, store, thief, report, nextLink, account } = await open(t);
  const other = 'thief@example.com';
  await thief.submit(await thief.open(`${issuer}/account/email`), {
    email: other,
    password: 'known to the thief',
  });
  const page = await thief.open(await nextLink(other, '/account/email/'));
  const held = holdCommit(store, writesTo(kinds.account));
  const confirming = thief.submit(page, {});
  await held.arrived;
  await report();
  held.release();
  t.equal((await confirming).status, 410);
  t.equal((await account()).claims['email'], address);
});
