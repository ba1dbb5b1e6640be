import t, { type Test } from 'tap';
import type { Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { startAdminServer } from '../admin/admin-server.ts';
import { codeAt, keyIn } from '../support/authenticator.ts';
import { holdCommit } from '../support/hold-commit.ts';
import { Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { linksIn, parseMail, startSmtp } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';

// A thief who has changed the address of an account twice reads the notice about the second change. Its link must not
// bring the thief's own address back after the account was repaired.

const [ofOwner, first, second] = ['grace@example.com', 'first@evil.example', 'second@evil.example'] as const;
const fresh = 'a lantern by the harbour';
const day = 86_400;

const open = async (t: Test) => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  const { server, issuer, call, person } = await startAdminServer(t, {
    mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
    security: { password: { memory_kib: 8192, passes: 1 } },
  });
  const { accounts } = server.app.services;
  const claims = { email: ofOwner, email_verified: true };
  const { id } = await server.addAccount({ username: 'grace', password, claims });

  /** The link in the next message to this address whose path begins like this. */
  const nextLink = async (to: string, path: string): Promise<string> => {
    for (;;) {
      const mail = await smtp.next(to);
      const link = linksIn(mail, issuer).find((one) => one.includes(path));
      if (link !== undefined) return link;
    }
  };

  /** What the owner and the thief do on the account pages. */
  const change = async (email: string, typed = password): Promise<void> => {
    server.clock.advance(60);
    const browser = await signedInBrowser(server, 'grace');
    await browser.submit(await browser.open(`${issuer}/account/email`), { email, password: typed });
    const page = await browser.open(await nextLink(email, '/account/email/'));
    t.equal((await browser.submit(page, {})).url, `${issuer}/account/email/confirmed`);
  };

  /** The links in the notices about a change of the address that have arrived at this one, of which there are so many. */
  const linksAt = async (to: string, count = 1): Promise<readonly string[]> => {
    const notices = () =>
      smtp.received.filter(
        (mail) => mail.to.includes(to) && /email address .* was changed/.test(parseMail(mail).text),
      );
    await waitFor(`${count} notices at ${to}`, () => notices().length === count);
    return notices().flatMap((mail) =>
      linksIn(mail, issuer).filter((one) => one.includes('/account/not-me/')),
    );
  };

  return {
    server,
    id,
    change,
    linksAt,
    store: server.store,
    addressOf: async () => (await accounts.find(id))?.claims['email'],
    async operator(method: string, path: string, body?: unknown) {
      const caller = await person('admin');
      const headers = { 'if-match': '*' };
      return call(method, `/accounts/${id}${path}`, { caller, headers, ...(body !== undefined && { body }) });
    },
    /** The statuses of the page, and of the button on it. */
    async press(link: string): Promise<readonly number[]> {
      const options = { method: 'POST', headers: { origin: issuer }, redirect: 'manual' } as const;
      return [(await new Browser().request(link)).status, (await fetch(link, options)).status];
    },
    hasPassword: async (typed: string) => (await accounts.authenticate('grace', typed)) !== undefined,
  };
};

type Stage = Awaited<ReturnType<typeof open>>;

/** The thief waits until the address that they have set is old enough to be brought back. */
const takeOver = async ({ server, change, linksAt }: Stage): Promise<string> => {
  await change(first);
  server.clock.advance(8 * day);
  await change(second);
  const [link = ''] = await linksAt(first);
  return link;
};

t.test('an address that was set less than seven days before can’t be brought back', async (t) => {
  const { server, change, linksAt, press, addressOf } = await open(t);
  await change(first);
  server.clock.advance(6 * day);
  await change(second);
  t.strictSame(await linksAt(first), [], 'the notice about the second change has no link');
  const [link = ''] = await linksAt(ofOwner);
  t.strictSame(await press(link), [200, 303], 'that about the first one works');
  t.equal(await addressOf(), ofOwner);
});

t.test('an address that is older can be brought back', async (t) => {
  const stage = await open(t);
  t.strictSame(await stage.press(await takeOver(stage)), [200, 303]);
  t.equal(await stage.addressOf(), first);
});

t.test('an operator who sets the address makes the links of former ones void', async (t) => {
  const stage = await open(t);
  const link = await takeOver(stage);
  const claims = { email: ofOwner, email_verified: true };
  t.equal((await stage.operator('PATCH', '', { claims })).status, 200);
  t.strictSame(await stage.press(link), [410, 410]);
  t.equal(await stage.addressOf(), ofOwner);
});

t.test('an earlier address that comes back makes the links of later ones void', async (t) => {
  const stage = await open(t);
  const link = await takeOver(stage);
  await stage.server.app.services.accounts.setPassword(stage.id, fresh);
  await stage.change(ofOwner, fresh);
  t.strictSame(await stage.press(link), [410, 410]);
  t.strictSame(await stage.linksAt(second), [], 'nor does the address come back that was left');
  t.ok(await stage.hasPassword(fresh), 'the password of the owner stays');
  t.equal(await stage.addressOf(), ofOwner);
});

t.test('an owner whose address came back and is changed again gets another link', async (t) => {
  const { change, linksAt, press, addressOf } = await open(t);
  await change(first);
  await change(ofOwner);
  await change(second);
  const [former = '', link = ''] = await linksAt(ofOwner, 2);
  t.strictSame(await press(former), [410, 410]);
  t.strictSame(await press(link), [200, 303]);
  t.equal(await addressOf(), ofOwner);
});

for (const what of ['a password', 'an app'])
  t.test(`a recovery link that is used for ${what} makes the links of former addresses void`, async (t) => {
    const stage = await open(t);
    const link = await takeOver(stage);
    stage.server.clock.advance(1);
    const { body } = await stage.operator('POST', '/recovery-link');
    const owner = new Browser();
    const page = await owner.open(body.url);
    const code = codeAt(keyIn(page), stage.server.clock.now());
    const done = await owner.submit(page, what === 'an app' ? { code } : { password: fresh });
    t.equal(done.status, 200);
    t.strictSame(await stage.press(link), [410, 410]);
    t.equal(await stage.addressOf(), second);
    if (what === 'an app') return;
    stage.server.clock.advance(2 * day);
    await stage.change('new@example.com', fresh);
    t.strictSame(await stage.linksAt(second), [], 'nor does the address come back that the owner has left');
  });

t.test('an operator who sets the address while the button is pressed comes first', async (t) => {
  const stage = await open(t);
  const { store, operator, press, addressOf, hasPassword } = stage;
  const link = await takeOver(stage);
  const ofAccount = (writes: readonly Write[]): boolean =>
    writes.some(({ key }) => key.kind === kinds.account);
  // The first commit ends what is signed in.
  const held = holdCommit(store, ofAccount, 1);
  const pressed = press(link);
  await held.arrived;
  const claims = { email: ofOwner, email_verified: true };
  t.equal((await operator('PATCH', '', { claims })).status, 200);
  held.release();
  t.strictSame(await pressed, [200, 410]);
  t.equal(await addressOf(), ofOwner);
  t.ok(await hasPassword(password));
});
