import type { Page as Tab } from 'playwright-core';
import t, { type Test } from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { password } from '../support/setup/index.ts';
import { checkAccessibility, newTab, signIn, startBrowserTest } from './browser-test.ts';

t.setTimeout(300_000);

const { postern, chromium } = await startBrowserTest(t, {
  admin: { enabled: true },
  audit: { enabled: true },
  groups: [{ name: 'founders', title: 'Founders of the harbour' }],
});
const { accounts, groups } = postern.app.services;
await groups.add({ name: groupOf.admin });
await accounts.add({ username: 'root', password, groups: [groupOf.admin] }, { mayChangeRoles: true });
const hostile = '<img src=x onerror="document.title=\'pwned\'">';
const { id: crew } = await postern.addAccount({
  username: 'a-rather-long-user-name-of-a-person@harbour.example.com',
  claims: { name: `Grace ${hostile}`, email: 'grace@example.com', email_verified: true, nickname: hostile },
  groups: ['founders'],
});
const { id: other } = await postern.addAccount({ username: 'temporary' });
const console_ = `${postern.issuer}/admin`;

const done = (tab: Tab) => tab.locator('.console-done').textContent();

/** What an administrator does with accounts and groups, by clicks only. */
const work = async (
  t: Test,
  tab: Tab,
  name: string,
  look: (what: string) => Promise<void> = async () => {},
): Promise<void> => {
  await tab.goto(`${console_}/accounts`);
  await tab.click('.account-add');
  await tab.click('.account-save');
  t.equal(await tab.locator('#username').getAttribute('aria-invalid'), 'true');
  await tab.fill('#username', name);
  await tab.fill('#name', 'Edith');
  await tab.fill('#groups', 'founders');
  await tab.click('.account-save');
  t.equal(await done(tab), 'Added.');

  await tab.goto(`${console_}/accounts`);
  await tab.fill('#q', name.slice(0, 5));
  await tab.click('.console-search');
  await tab.click('.account-open');
  await tab.click('.account-edit');
  await tab.fill('#name', 'Edith Clarke');
  const { id = '' } = (await accounts.findByUsername(name)) ?? {};
  await accounts.update(id, { claims: { name: 'Edith C.' } });
  await tab.click('.account-save');
  t.match(await tab.locator('.console-conflict').textContent(), 'Edith C.');
  t.equal(await tab.inputValue('#name'), 'Edith Clarke', 'the input is still there');
  await look('conflict');
  await tab.click('.account-save');
  t.equal(await done(tab), 'Saved.');

  await tab.click('.account-disable');
  await tab.click('.console-confirm');
  t.match(await done(tab), 'Disabled');
  await tab.click('.account-enable');
  await tab.click('.console-confirm');
  t.equal(await done(tab), 'Enabled.');

  await tab.click('.account-recovery-link');
  await tab.click('.console-confirm');
  t.match(await tab.inputValue('#shown-link'), '/account/recover/');
  await look('shown-link');
  await tab.click('.shown-link-done');

  await tab.click('.account-remove');
  await tab.fill('#typed', 'another');
  await tab.click('.console-confirm');
  t.equal(await tab.locator('#typed').getAttribute('aria-invalid'), 'true');
  await tab.fill('#typed', name);
  await tab.click('.console-confirm');
  t.equal(await done(tab), 'Deleted.');

  await tab.goto(`${console_}/groups`);
  await tab.click('.group-add');
  await tab.fill('#name', `crew-of-${name}`);
  await tab.fill('#title', 'Crew');
  await tab.click('.group-save');
  t.equal(await done(tab), 'Added.');
  await tab.click('.group-member-add');
  await tab.fill('#login', 'ada');
  await tab.click('.member-save');
  // An account of the configuration gets its groups there.
  t.equal(await tab.locator('#login').getAttribute('aria-invalid'), 'true');
  await tab.fill('#login', 'temporary');
  await tab.click('.member-save');
  t.equal(await done(tab), 'The member was added.');
  await tab.click('.group-member-remove');
  await tab.click('.console-confirm');
  t.equal(await done(tab), 'The member was removed.');
};

t.test('an administrator works without JavaScript', async (t) => {
  const complaints: string[] = [];
  const context = await chromium.newContext({ javaScriptEnabled: false, locale: 'en' });
  const tab = await newTab(context, complaints);
  await tab.goto(console_);
  await signIn(tab, { login: 'root', password });
  t.equal(tab.url(), console_);
  await work(t, tab, 'edith');
  await postern.signIn('temporary');
  await tab.goto(`${console_}/sessions?q=temporary`);
  await tab.click('.session-end');
  await tab.click('.console-confirm');
  t.equal(await done(tab), 'The session has ended.');
  await context.close();
  t.strictSame(complaints, []);
});

t.test('and with it: axe finds nothing, and each page fits into 360 px, in three languages', async (t) => {
  const complaints: string[] = [];
  const context = await chromium.newContext({ locale: 'en' });
  const tab = await newTab(context, complaints);
  await tab.goto(console_);
  await signIn(tab, { login: 'root', password });
  await work(t, tab, 'ellen', (what) => checkAccessibility(t, tab, `console-${what}`));
  await postern.app.services.signInCounts.write();
  for (const language of ['de', 'pl', 'en']) {
    await tab.goto(`${console_}/accounts/${crew}?lang=${language}`);
    await checkAccessibility(t, tab, `console-account-${language}`);
  }
  t.notMatch(await tab.title(), 'pwned');
  for (const [path, name] of [
    ['', 'overview'],
    ['/accounts', 'accounts'],
    ['/accounts/invite', 'invite'],
    ['/invitations', 'invitations'],
    [`/accounts/${crew}/edit`, 'account-edit'],
    [`/accounts/${other}/remove`, 'account-remove'],
    ['/groups', 'groups'],
    [`/groups/${groupOf.admin}`, 'group'],
    ['/sessions', 'sessions'],
  ] as const) {
    await tab.goto(console_ + path);
    await checkAccessibility(t, tab, `console-${name}`);
  }
  await tab.goto(`${console_}/accounts/new`);
  await tab.click('summary');
  await tab.fill('#claims', '[');
  await tab.click('.account-save');
  await checkAccessibility(t, tab, 'console-account-errors');
  await context.close();
  t.strictSame(complaints, []);
});

t.test('a person without a role is sent away', async (t) => {
  const complaints: string[] = [];
  const context = await chromium.newContext({ locale: 'en' });
  const tab = await newTab(context, complaints);
  await tab.goto(console_);
  await signIn(tab, { login: 'ada', password });
  t.equal(await tab.locator('h1').textContent(), 'You have no access to the administration');
  await checkAccessibility(t, tab, 'console-no-role');
  await context.close();
  t.strictSame(complaints, []);
});
