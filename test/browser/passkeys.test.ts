import type { BrowserContext, Page as Tab } from 'playwright-core';
import t, { type Test } from 'tap';
import { password } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { checkAccessibility, newTab, receivedParameters, signIn, startBrowserTest } from './browser-test.ts';
import { addDevice, type Device } from './virtual-authenticator.ts';

t.setTimeout(600_000);

const stage = await startBrowserTest(t, { security: { password: { memory_kib: 8192, passes: 1 } } });
const { postern: server, chromium, startAuthorization } = stage;
const { passkeys, accounts } = server.app.services;
const list = `${server.issuer}/account/passkeys`;
const signInApp = { client_id: 'other' };

const keptBy = async ({ cdp, authenticatorId }: Device) =>
  (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;

/** While nobody touches the authenticator, a request by autofill waits. */
const setTouch = ({ cdp, authenticatorId }: Device, enabled: boolean): Promise<unknown> =>
  cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

interface Visitor {
  readonly context: BrowserContext;
  readonly tab: Tab;
  readonly device: Device;
}

/** Runs with a fresh browser profile and a device, and fails when the console shows a complaint. */
const inBrowser = async (
  t: Test,
  use: (visitor: Visitor) => Promise<void>,
  options: Parameters<typeof chromium.newContext>[0] = {},
): Promise<void> => {
  const context = await chromium.newContext(options);
  const complaints: string[] = [];
  try {
    const tab = await newTab(context, complaints);
    await use({ context, tab, device: await addDevice(tab) });
  } finally {
    await context.close();
  }
  t.strictSame(complaints, [], 'the console is silent');
};

const newPerson = async (username: string): Promise<string> =>
  (await server.addAccount({ username, password })).id;

/** Signs in by password to the account pages, and creates a passkey there. */
const enrol = async ({ tab }: Visitor, login: string): Promise<void> => {
  await tab.goto(`${list}/add`);
  await signIn(tab, { login, password });
  await tab.locator('.passkey-create').click();
  await tab.locator('.notice', { hasText: 'The passkey was added.' }).waitFor();
};

const arrived = async (tab: Tab): Promise<string> => {
  await tab.locator('h1', { hasText: 'GET /callback' }).waitFor();
  return (await receivedParameters(tab))['code'] ?? '';
};

const signOut = ({ context }: Visitor): Promise<void> => context.clearCookies();

t.test('a person adds a passkey, and signs in by autofill, by the button and again', (t) =>
  inBrowser(t, async (visitor) => {
    const { tab, device } = visitor;
    const id = await newPerson('grace');
    await tab.goto(`${list}/add`);
    await signIn(tab, { login: 'grace', password });
    await tab.locator('.passkey-create').waitFor();
    t.equal(await tab.locator('[data-lacks-passkeys]').isVisible(), false);
    await checkAccessibility(t, tab, 'passkeys-add');
    await tab.locator('.passkey-create').click();
    await tab.locator('.notice', { hasText: 'The passkey was added.' }).waitFor();
    await checkAccessibility(t, tab, 'passkeys');
    t.equal((await keptBy(device)).length, 1);
    const [passkey] = await passkeys.list(id);
    t.match(passkey, { isDeviceBound: true, isSynced: false, lastUsedAt: undefined });

    await t.test('by autofill', async (t) => {
      await signOut(visitor);
      await tab.goto(startAuthorization(signInApp).url);
      t.ok(await arrived(tab), 'nothing was typed or pressed');
      t.ok((await passkeys.list(id))[0]?.lastUsedAt);
    });

    await t.test('by the button, after autofill waited', async (t) => {
      await signOut(visitor);
      await setTouch(device, false);
      await tab.goto(startAuthorization(signInApp).url);
      await tab.locator('.passkey-get').waitFor();
      await checkAccessibility(t, tab, 'login-with-passkey');
      await setTouch(device, true);
      await tab.locator('.passkey-get').click();
      t.ok(await arrived(tab));
    });

    for (const parameters of [{ prompt: 'login' }, { max_age: '0' }])
      await t.test(`again, for ${Object.keys(parameters)}`, async (t) => {
        await tab.goto(startAuthorization({ ...signInApp, ...parameters }).url);
        await tab.locator('h1', { hasText: 'Confirm it’s you' }).waitFor();
        await tab.locator('.passkey-get').click();
        t.ok(await arrived(tab));
      });

    await t.test('the password still works while a request by autofill waits', async (t) => {
      await signOut(visitor);
      await setTouch(device, false);
      await tab.goto(startAuthorization(signInApp).url);
      await signIn(tab, { login: 'grace', password });
      t.ok(await arrived(tab), 'and no passkey is offered to a person who has one');
      await setTouch(device, true);
    });
  }),
);

t.test('a passkey that was removed is forgotten by the browser', (t) =>
  inBrowser(t, async (visitor) => {
    const { tab, device } = visitor;
    const id = await newPerson('joan');
    await enrol(visitor, 'joan');
    await tab.locator('a', { hasText: 'Rename' }).click();
    await tab.fill('#name', 'My laptop');
    await checkAccessibility(t, tab, 'passkeys-rename');
    await tab.locator('.passkey-rename').click();
    await tab.locator('.entry-title', { hasText: 'My laptop' }).waitFor();
    await tab.locator('a', { hasText: 'Remove' }).click();
    // The account has a passkey by now, so the sign-in by password counts no more.
    if ((await tab.locator('.passkey-get').count()) > 0) await tab.locator('.passkey-get').click();
    await tab.locator('.passkey-remove').waitFor();
    await checkAccessibility(t, tab, 'passkeys-remove');
    await tab.locator('.passkey-remove').click();
    await tab.locator('.notice', { hasText: 'The passkey was removed.' }).waitFor();
    t.strictSame(await passkeys.list(id), []);
    await waitFor('the authenticator to drop the passkey', async () => (await keptBy(device)).length === 0);
  }),
);

t.test('a passkey that the server doesn’t know is refused once, and forgotten', (t) =>
  inBrowser(t, async (visitor) => {
    const { tab, device } = visitor;
    await newPerson('alan');
    await enrol(visitor, 'alan');
    const account = await accounts.findByUsername('alan');
    if (!account) throw new Error('the account is gone');
    await passkeys.removeAll(account);
    await signOut(visitor);
    await tab.goto(startAuthorization(signInApp).url);
    await tab.locator('[role=alert]', { hasText: 'This passkey didn’t work' }).waitFor();
    await checkAccessibility(t, tab, 'login-passkey-refused');
    await waitFor('the authenticator to drop the passkey', async () => (await keptBy(device)).length === 0);
    await tab.locator('.passkey-get').click();
    await tab.locator('.field-error', { hasText: 'No passkey was used.' }).waitFor();
    await checkAccessibility(t, tab, 'login-passkey-canceled');
  }),
);

t.test('the same authenticator is not enrolled twice', (t) =>
  inBrowser(t, async (visitor) => {
    const { tab } = visitor;
    await newPerson('edsger');
    await enrol(visitor, 'edsger');
    await tab.goto(`${list}/add`);
    await tab.locator('.passkey-create, .passkey-get').waitFor();
    if ((await tab.locator('.passkey-get').count()) > 0) await tab.locator('.passkey-get').click();
    await tab.locator('.passkey-create').click();
    await tab.locator('.field-error', { hasText: 'already a passkey' }).waitFor();
  }),
);

t.test('a key without user verification can’t be enrolled', (t) =>
  inBrowser(t, async ({ tab, device }) => {
    const { cdp, authenticatorId } = device;
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    const id = await newPerson('barbara');
    await tab.goto(`${list}/add`);
    await signIn(tab, { login: 'barbara', password });
    await tab.locator('.passkey-create').click();
    await tab.locator('.field-error').waitFor();
    t.strictSame(await passkeys.list(id), []);
  }),
);

t.test('after a sign-in by password a passkey is offered, until the person declines', (t) =>
  inBrowser(t, async (visitor) => {
    const { tab } = visitor;
    const id = await newPerson('donald');
    const signInByPassword = async (): Promise<void> => {
      await signOut(visitor);
      await tab.goto(startAuthorization(signInApp).url);
      await tab.locator('input[name=passkeys][value=yes]').waitFor({ state: 'attached' });
      await signIn(tab, { login: 'donald', password });
    };
    await signInByPassword();
    await tab.locator('.passkey-later').waitFor();
    for (const [language, title] of [
      ['de', 'Beim nächsten Mal schneller anmelden'],
      ['pl', 'Następnym razem zaloguj się szybciej'],
      ['en', 'Sign in faster next time'],
    ] as const) {
      await tab.locator(`.languages a[hreflang=${language}]`).click();
      await tab.locator('h1', { hasText: title }).waitFor();
      await checkAccessibility(t, tab, `passkey-offer-${language}`);
    }
    await tab.locator('.passkey-later').click();
    t.ok(await arrived(tab));

    await signInByPassword();
    t.ok(await arrived(tab), 'it is not offered again');
    t.strictSame(await passkeys.list(id), []);

    server.clock.advance(91 * 86_400);
    t.teardown(server.clock.restore);
    await signInByPassword();
    await tab.locator('.passkey-create').click();
    t.ok(await arrived(tab));
    t.equal((await passkeys.list(id)).length, 1);
  }),
);

t.test('without JavaScript there is no word of passkeys at the sign-in', (t) =>
  inBrowser(
    t,
    async ({ tab }) => {
      await tab.goto(startAuthorization(signInApp).url);
      t.equal(await tab.getByText('passkey').filter({ visible: true }).count(), 0);
      await signIn(tab, { login: 'bob', password });
      t.ok(await arrived(tab));
      await tab.goto(`${list}/add`);
      t.match(await tab.locator('[data-lacks-passkeys]').textContent(), 'JavaScript');
    },
    { javaScriptEnabled: false },
  ),
);
