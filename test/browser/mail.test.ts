import t, { type Test } from 'tap';
import { draftInvitation } from '#src/services/invitations/index.ts';
import { axeViolations } from '../support/axe.ts';
import { password } from '../support/setup/index.ts';
import { decodeWords, linksIn, parseMail, type ReceivedMail, startSmtp } from '../support/smtp-server.ts';
import { mailContext, mailGallery } from '../views/mail-gallery.ts';
import { checkAccessibility, newTab, receivedParameters, signIn, startBrowserTest } from './browser-test.ts';

t.setTimeout(600_000);

const smtp = await startSmtp();
t.teardown(smtp.close);
const stage = await startBrowserTest(t, {
  pages: { create_account: true, name: 'Harbour' },
  sign_up: { verify_email: true },
  sign_in: { email_code: true },
  mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'Harbour <id@harbour.example>' },
});
const { postern: server, home, chromium, startAuthorization } = stage;

const newPassword = 'a lantern by the harbour';
const address = 'grace@example.com';
await server.addAccount({
  username: 'grace',
  password,
  claims: { email: address, email_verified: true, locale: 'de' },
});

const messages: ReceivedMail[] = [];
const next = async (to = address): Promise<ReceivedMail> => {
  const mail = await smtp.next(to);
  messages.push(mail);
  return mail;
};
const linkIn = (mail: ReceivedMail, path: string): string =>
  linksIn(mail, server.issuer).find((link) => link.startsWith(`${server.issuer}${path}/`)) ?? '';

/** A person without JavaScript, whose browser must have nothing to complain about. */
const person = { javaScriptEnabled: false, viewport: { width: 360, height: 740 }, locale: 'en' };
const complaints: string[] = [];
const isSilent = (t: Test): void => void t.strictSame(complaints.splice(0), [], 'the console is silent');

t.test('a forgotten password, from the sign-in page to the new one', async (t) => {
  const context = await chromium.newContext(person);
  const tab = await newTab(context, complaints);
  const { url } = startAuthorization({ client_id: 'other' });
  await tab.goto(url);
  await tab.click('a[href="/account/forgot"]');
  await tab.click('.forgot-submit');
  await tab.locator('[role=alert]').waitFor();
  t.match(await tab.title(), /^Error: Forgot your password\?/);
  await tab.fill('#login', address);
  await tab.click('.forgot-submit');
  t.match(await tab.locator('h1').textContent(), 'Check your email');

  const link = linkIn(await next(), '/account/reset');
  const scanner = await chromium.newContext({ locale: 'en' });
  for (let visits = 0; visits < 2; visits += 1) {
    const page = await newTab(scanner, complaints);
    await page.goto(link, { waitUntil: 'networkidle' });
    if (visits === 0) await checkAccessibility(t, page, 'reset-password-served');
    await page.close();
  }
  await scanner.close();

  await tab.goto(link);
  await tab.fill('#password', 'short');
  await tab.click('.reset-submit');
  t.match(await tab.title(), /^Error: /);
  await tab.fill('#password', newPassword);
  await tab.click('.reset-submit');
  t.match(await tab.locator('h1').textContent(), 'Your password was changed');
  t.equal(tab.url(), `${server.issuer}/account/reset`);
  await tab.goto(link);
  t.match(await tab.locator('h1').textContent(), 'This link no longer works');

  await tab.goto(url);
  await signIn(tab, { login: 'grace', password: newPassword });
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);
  await context.close();
  isSilent(t);
});

t.test('the notice about the new password leads to "This wasn’t me"', async (t) => {
  const context = await chromium.newContext(person);
  const tab = await newTab(context, complaints);
  await tab.goto(linkIn(await next(), '/account/not-me'));
  t.match(await tab.locator('h1').textContent(), 'Was this not you?');
  await tab.click('.not-me-submit');
  t.match(await tab.locator('h1').textContent(), 'Everything was ended');
  t.ok(linkIn(await next(), '/account/reset'));
  await context.close();
  isSilent(t);
});

t.test('an account is created with a code from a message', async (t) => {
  const context = await chromium.newContext(person);
  const tab = await newTab(context, complaints);
  await tab.goto(startAuthorization({ client_id: 'other', prompt: 'create' }).url);
  await tab.fill('#login', 'lovelace');
  await tab.fill('#email', 'lovelace@example.com');
  await tab.fill('#password', newPassword);
  await tab.click('.create-submit');
  t.match(await tab.locator('h1').textContent(), 'Confirm your email address');
  t.equal(await tab.evaluate('document.activeElement.id'), 'code', 'ready to be typed into');
  const mail = await next('lovelace@example.com');
  const code = /^ {4}(\d{6})\s*$/m.exec(parseMail(mail).text)?.[1] ?? '';
  await tab.click('.code-submit');
  t.match(await tab.title(), /^Error: /);
  await tab.fill('#code', code);
  await tab.click('.code-submit');
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);
  await context.close();
  isSilent(t);
});

t.test('a sign-in by a code from a message', async (t) => {
  const context = await chromium.newContext(person);
  const tab = await newTab(context, complaints);
  await tab.goto(startAuthorization({ client_id: 'other' }).url);
  await tab.click('a[href*="code=yes"]');
  await tab.fill('#login', 'lovelace@example.com');
  await tab.click('.code-request');
  t.match(await tab.locator('h1').textContent(), 'Check your email');
  t.equal(await tab.evaluate('document.activeElement.id'), 'code', 'ready to be typed into');
  await tab.click('.code-submit');
  t.match(await tab.title(), /^Error: /);
  const mail = await next('lovelace@example.com');
  await tab.fill('#code', /^ {4}(\d{6})\s*$/m.exec(parseMail(mail).text)?.[1] ?? '');
  await tab.click('.code-submit');
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);
  await context.close();
  isSilent(t);
});

t.test('an address is changed and confirmed, and its former owner takes it back', async (t) => {
  const context = await chromium.newContext(person);
  const tab = await newTab(context, complaints);
  await tab.goto(`${server.issuer}/account/email`);
  await signIn(tab, { login: 'lovelace', password: newPassword });
  await tab.fill('#email', 'countess@example.com');
  await tab.fill('#password', newPassword);
  await tab.click('.email-submit');
  const link = linkIn(await next('countess@example.com'), '/account/email');

  const elsewhere = await chromium.newContext(person);
  const reader = await newTab(elsewhere, complaints);
  await reader.goto(link);
  await reader.click('.email-confirm');
  t.match(await reader.title(), /^Error: /);
  await reader.fill('#password', newPassword);
  await reader.click('.email-confirm');
  t.match(await reader.locator('h1').textContent(), 'Your email address is confirmed');

  const notMe = linkIn(await next('lovelace@example.com'), '/account/not-me');
  await reader.goto(notMe);
  t.match(await reader.locator('main').textContent(), 'will be lovelace@example.com again');
  await reader.click('.not-me-submit');
  t.match(await reader.locator('h1').textContent(), 'Everything was ended');
  t.ok(linkIn(await next('lovelace@example.com'), '/account/reset'));
  await elsewhere.close();
  await context.close();
  isSilent(t);
});

t.test('an invitation is accepted', async (t) => {
  const { oneTimeLinks: links, mail } = server.app.services;
  const { writes } = draftInvitation(
    { links, issuer: server.issuer, now: server.clock.now() },
    {
      email: 'new@example.com',
      claims: {},
      maker: { kind: 'command' },
      lifetimeSeconds: 3600,
      language: 'en',
    },
  );
  await server.store.commit(writes);
  await mail.send('nothing', {});
  const context = await chromium.newContext(person);
  const tab = await newTab(context, complaints);
  await tab.goto(linkIn(await next('new@example.com'), '/account/invitation'));
  await tab.fill('#login', 'newcomer');
  await tab.fill('#password', newPassword);
  await tab.click('form button[type=submit]');
  t.match(await tab.locator('h1').textContent(), 'Your account is ready');
  await context.close();
  isSilent(t);
});

t.test('axe finds nothing in the messages, and they need no style sheet, script or image', async (t) => {
  t.ok(messages.length >= 8, `${messages.length} messages`);
  const context = await chromium.newContext({ viewport: { width: 360, height: 740 } });
  const sent = messages.map((mail) => {
    const { html, headers } = parseMail(mail);
    return { html, subject: decodeWords(headers.get('subject')?.[0] ?? '') };
  });
  const languages = ['en', 'de', 'pl'];
  const rendered = Object.values(mailGallery).flatMap((render) =>
    languages.map((language) => render(mailContext(language))),
  );
  const tab = await newTab(context, complaints);
  const requests: string[] = [];
  tab.on('request', (request) => requests.push(request.url()));
  for (const { html, subject } of [...sent, ...rendered]) {
    await tab.setContent(html);
    t.strictSame(await axeViolations(tab), [], subject);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    t.equal(await tab.evaluate<number>(overflow), 0, `${subject} fits into 360 px`);
    t.strictSame(requests, []);
    t.notMatch(html, /<script|<link|<style|@import|url\(/i);
  }
  await context.close();
  isSilent(t);
});
