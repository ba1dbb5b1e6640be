/**
 * Takes the screenshots of the documentation from a running server, in Chromium: `npm run screenshots`. The pictures are
 * WebP, which Playwright can't write, so Chromium is asked for them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startServer } from '../../src/testing/index.ts';
import { addDevice } from '../../test/browser/virtual-authenticator.ts';
import { codeAt } from '../../test/support/authenticator.ts';
import { launchChromium } from '../../test/support/chromium.ts';
import { colorSchemes, screenshotFile, type screenshots } from './screenshots.ts';

const folder = join(import.meta.dirname, '../pictures');
const password = 'correct horse battery staple';
const redirectUri = 'https://notes.example.com/callback';

await using server = await startServer({
  settings: {
    audit: { enabled: true },
    pages: { name: 'Harbour' },
    security: { factors: { required: 'when_enrolled' } },
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
  await server.addAccount({ username, password, claims });
}

const browser = await launchChromium();
const viewport = { width: 960, height: 860 };
/** The account pages have a menu. */
const wide = { width: 1120, height: 860 };

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
