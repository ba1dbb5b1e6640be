import t from 'tap';
import { startAdminServer } from '../admin/admin-server.ts';
import { sendForm } from '../console/console-server.ts';
import { signedInBrowser } from '../support/setup/index.ts';
import { linksIn, parseMail, startSmtp } from '../support/smtp-server.ts';
import { waitForEmptyOutbox } from '../support/start-with-mail.ts';

// `account update` is in invitation.test.ts, beside the other commands of a running server.

const smtp = await startSmtp();
t.teardown(smtp.close);
const { server, issuer, call, person } = await startAdminServer(t, {
  mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
});
const { accounts } = server.app.services;

const addPerson = async (username: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const email = `${username}@example.com`;
  const { id } = await server.addAccount({ username, claims: { email, email_verified: true, ...claims } });
  return { id, email };
};

const update = async (id: string, body: unknown) => {
  const caller = await person('admin');
  return call('PATCH', `/accounts/${id}`, { caller, body, headers: { 'if-match': '*' } });
};

const nothingWaits = (): Promise<void> => waitForEmptyOutbox(server);

t.test('a change that keeps the verified address, or is refused, sends nothing', async (t) => {
  const { id, email } = await addPerson('hedy');
  for (const [body, status] of [
    [{ claims: { name: 'Hedy' } }, 200],
    [{ claims: { email: email.toUpperCase() } }, 200],
    [{ claims: { email: 1 } }, 422],
    [{ claims: { email: 'new@example.com' }, groups: ['no-such-group'] }, 404],
  ] as const)
    t.equal((await update(id, body)).status, status, JSON.stringify(body));
  const unverified = await addPerson('mallory', { email: 'victim@example.com', email_verified: false });
  t.equal((await update(unverified.id, { claims: { email: 'new@example.com' } })).status, 200);
  await nothingWaits();
  t.strictSame(smtp.received, []);
});

for (const [what, username, claims] of [
  ['another address', 'grace', { email: 'grace@example.org' }],
  ['no address', 'edith', { email: null, email_verified: null }],
  ['an address that counts as unverified', 'joan', { email_verified: false }],
] as const)
  t.test(`the former address learns when an operator sets ${what}`, async (t) => {
    const { id, email } = await addPerson(username, { locale: 'de-AT' });
    t.equal((await update(id, { claims })).status, 200);
    const mail = await smtp.next(email);
    const { text } = parseMail(mail);
    t.match(text, 'Die Betreiber haben die E-Mail-Adresse Ihres Kontos geändert oder entfernt.');
    t.match(text, username);
    t.notMatch(text, /127\.0\.0\.1|example\.org/, 'neither the operator nor the new address is named');
    t.strictSame(linksIn(mail, issuer), [], 'the former address gets no way into the account');
  });

t.test('the console tells the former address too', async (t) => {
  const { id, email } = await addPerson('ida');
  const admin = await signedInBrowser(server, 'admin');
  const input = { username: 'ida', email: 'ida@example.org', email_verified: 'yes', claims: '' };
  const saved = await sendForm(admin, `${issuer}/admin/accounts/${id}/edit`, input);
  t.equal(saved.status, 303);
  t.match((await accounts.find(id))?.claims, { email: 'ida@example.org', email_verified: true });
  t.match(parseMail(await smtp.next(email)).text, 'An operator changed the email address of your account');
});
