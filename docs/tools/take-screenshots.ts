/**
 * Takes the screenshots of the documentation from a running server, in Chromium: `npm run screenshots`. The pictures are
 * WebP, which Playwright can't write, so Chromium is asked for them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findRecipe } from '../../src/services/recipes/index.ts';
import { startServer } from '../../src/testing/index.ts';
import { addDevice } from '../../test/browser/virtual-authenticator.ts';
import { codeAt } from '../../test/support/authenticator.ts';
import { launchChromium } from '../../test/support/chromium.ts';
import { Browser } from '../../test/support/setup/browser.ts';
import { colorSchemes, screenshotFile, type screenshots } from './screenshots.ts';

const folder = join(import.meta.dirname, '../pictures');
const password = 'correct horse battery staple';
const redirectUri = 'https://notes.example.com/callback';

await using server = await startServer({
  settings: {
    audit: { enabled: true },
    pages: { name: 'Harbour' },
    security: { factors: { required: 'when_enrolled' } },
    groups: [{ name: 'postern-admins', title: 'Administrators' }],
    clients: [
      {
        client_id: 'notes',
        client_name: 'Harbour Notes',
        client_secret: 'the-secret-of-the-notes-which-is-long',
        client_uri: 'https://notes.example.com/',
        redirect_uris: [redirectUri],
      },
    ],
  },
});
for (const username of ['ada', 'grace']) {
  const name = username === 'ada' ? 'Ada Lovelace' : 'Grace Hopper';
  const claims = { name, email: `${username}@example.com`, email_verified: true };
  const groups = username === 'ada' ? ['postern-admins'] : [];
  await server.app.services.accounts.add({ username, password, claims, groups }, { mayChangeRoles: true });
}

/** How many people signed in, in each hour of the day before. Every fifth one types a wrong password first. */
const signInsPerHour = [1, 0, 0, 0, 1, 2, 4, 7, 9, 8, 6, 5, 4, 6, 7, 6, 5, 4, 3, 3, 2, 2, 1];

for (const [hour, count] of signInsPerHour.entries()) {
  for (let person = 0; person < count; person += 1) {
    const visitor = new Browser();
    let login = await visitor.open(`${server.issuer}/account`);
    if ((hour + person) % 5 === 0) login = await visitor.submit(login, { login: 'grace', password: 'wrong' });
    await visitor.submit(login, { login: 'grace', password });
    server.clock.advance(60);
  }
  server.clock.advance(3600 - 60 * count);
}

const browser = await launchChromium();
const viewport = { width: 960, height: 860 };
/** The account pages have a menu. */
const wide = { width: 1240, height: 900 };

const openPage = async (): Promise<Page> => {
  const context = await browser.newContext({
    viewport,
    locale: 'en',
    timezoneId: 'UTC',
  });
  // The application isn't running: a page in its place ends each sign-in.
  await context.route(`${redirectUri}*`, (route) => route.fulfill({ body: 'signed in' }));
  return context.newPage();
};

const take = async (page: Page, name: (typeof screenshots)[number]): Promise<void> => {
  const cdp = await page.context().newCDPSession(page);
  // Sharp on screens with a high resolution, and still small.
  const clip = { x: 0, y: 0, ...(page.viewportSize() ?? viewport), scale: 1.5 };
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 80, clip });
    await writeFile(join(folder, screenshotFile(name, colorScheme)), Buffer.from(data, 'base64'));
  }
  await cdp.detach();
};

const addByRecipe = async (name: string): Promise<void> => {
  const recipe = findRecipe(name);
  if (recipe === undefined) throw new Error(`There is no recipe ${name}.`);
  const metadata = { client_name: recipe.title, ...recipe.metadata(recipe.exampleUrl) };
  await server.addClient({ id: name, type: recipe.type, metadata });
};

const signInUrl = (prompt = 'consent'): string =>
  `${server.issuer}/oauth/authorize?${new URLSearchParams({
    client_id: 'notes',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    state: 'the-state',
    nonce: 'the-nonce',
    prompt,
  })}`;

const signIn = async (page: Page, login: string): Promise<void> => {
  if (await page.locator('#login').isEditable()) await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('.login-submit');
};

try {
  const ada = await openPage();
  await ada.goto(signInUrl());
  await ada.locator('.passkey-get').waitFor();
  await take(ada, 'sign-in-page');
  await signIn(ada, 'ada');
  await ada.locator('[name=decision][value=allow]').waitFor();
  await take(ada, 'consent-page');
  await addDevice(ada);
  await ada.goto(`${server.issuer}/account/passkeys/add`);
  if ((await ada.locator('#password').count()) > 0) await signIn(ada, 'ada');
  await ada.locator('.passkey-create').click();
  await ada.locator('.notice').waitFor();
  await ada.setViewportSize(wide);
  await ada.goto(`${server.issuer}/account/passkeys`);
  await take(ada, 'passkeys-page');
  await ada.goto(`${server.issuer}/account`);
  await take(ada, 'account-page');
  for (const recipe of ['grafana', 'nextcloud', 'kubernetes']) await addByRecipe(recipe);
  await server.app.services.signInCounts.write();
  await ada.goto(`${server.issuer}/admin`);
  await take(ada, 'console-page');
  await ada.goto(`${server.issuer}/admin/clients`);
  await take(ada, 'console-clients-page');

  const grace = await openPage();
  await grace.goto(`${server.issuer}/account/authenticator`);
  await signIn(grace, 'grace');
  await grace.click('.authenticator-add');
  const key = await grace.locator('#secret').inputValue();
  await grace.fill('#code', codeAt(key, server.clock.now()));
  await grace.click('form [type=submit]');
  await grace.locator('.recovery-codes').waitFor();
  await grace.context().clearCookies();
  await grace.goto(signInUrl());
  await signIn(grace, 'grace');
  await grace.locator('.factor-submit').waitFor();
  await take(grace, 'second-factor-page');
} finally {
  await browser.close();
}
