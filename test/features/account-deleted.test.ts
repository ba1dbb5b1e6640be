import t from 'tap';
import { groupOf, startAdminServer } from '../admin/admin-server.ts';
import { type Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { linksIn, parseMail, startSmtp } from '../support/smtp-server.ts';
import { waitForEmptyOutbox } from '../support/start-with-mail.ts';

// `account delete` is in invitation.test.ts, beside the other commands of a running server.

const smtp = await startSmtp();
t.teardown(smtp.close);
const { server, issuer, call, person } = await startAdminServer(t, {
  profile: { delete_account: true },
  mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
});
const { accounts } = server.app.services;

const addPerson = async (username: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const email = `${username}@example.com`;
  const { id } = await server.addAccount({
    username,
    password,
    claims: { email, email_verified: true, ...claims },
  });
  return { id, email };
};

const nothingWaits = (): Promise<void> => waitForEmptyOutbox(server);

const deleteOwn = async (username: string): Promise<Browser> => {
  const browser = await signedInBrowser(server, username, {
    headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0 evil.example' },
  });
  const page = await browser.open(`${issuer}/account/delete`);
  const done = await browser.submit(page, { login: username });
  t.equal(done.url, `${issuer}/account/deleted`);
  return browser;
};

t.test('a deletion that is refused, or without a verified address, sends nothing', async (t) => {
  const { id } = await addPerson('hedy');
  const { body: held } = await call('GET', `/accounts/${id}`, { caller: await person('admin') });
  t.equal(held.username, 'hedy');
  const refused = await call('DELETE', `/accounts/${id}`, {
    caller: await person('admin'),
    headers: { 'if-match': '"0-0"' },
  });
  t.equal(refused.status, 412);
  await addPerson('mallory', { email: 'victim@example.com', email_verified: false });
  await deleteOwn('mallory');
  await nothingWaits();
  t.equal(smtp.received.length, 0);
});

t.test('the owner of a deleted account learns of it, in their language', async (t) => {
  const { id, email } = await addPerson('grace', { locale: 'de-AT' });
  await deleteOwn('grace');
  t.equal(await accounts.find(id), undefined);
  const mail = await smtp.next(email);
  const { text } = parseMail(mail);
  t.match(text, 'Ihr Konto wurde auf seiner eigenen Seite gelöscht.');
  t.match(text, 'grace');
  t.match(text, 'Firefox auf Windows');
  t.match(text, '127.0.0.1');
  t.notMatch(text, 'evil');
  t.strictSame(linksIn(mail, issuer), [], 'there is nothing to undo');
});

t.test('an operator who deletes an account is not named, and the owner learns of it', async (t) => {
  const { id, email } = await addPerson('edith');
  const caller = await person('admin');
  const { headers: held } = await call('GET', `/accounts/${id}`, { caller });
  const answer = await call('DELETE', `/accounts/${id}`, {
    caller,
    headers: { 'if-match': held.get('etag') ?? '' },
  });
  t.equal(answer.status, 204);
  const { text } = parseMail(await smtp.next(email));
  t.match(text, 'An operator deleted your account.');
  t.notMatch(text, new RegExp(`127\\.0\\.0\\.1|${groupOf.admin}`));
});
