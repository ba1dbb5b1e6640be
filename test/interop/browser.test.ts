import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import t from 'tap';
import { launchChromium } from '../support/chromium.ts';
import { person, profile, registerApplication, startApplication, startInteropServer } from './application.ts';

const folder = dirname(createRequire(import.meta.url).resolve('oidc-client-ts/package.json'));
const library = readFileSync(join(folder, 'dist/browser/oidc-client-ts.min.js'));

t.test('oidc-client-ts works in Chromium: redirect, userinfo, refresh, popup, logout', async (t) => {
  const server = await startInteropServer(t);
  const client = await registerApplication(server, 'spa');
  await server.app.services.clients.update(client.id, {
    redirect_uris: [client.redirectUri, `${client.home}/popup`],
  });
  const open = await startApplication(client, (request, response) => {
    if (request.url === '/library.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(library);
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>App</title><script src="/library.js"></script>');
  });
  t.teardown(() => open.close());

  const chromium = await launchChromium();
  t.teardown(() => chromium.close());
  const page = await chromium.newPage();
  const settings = {
    authority: server.issuer,
    client_id: client.id,
    redirect_uri: client.redirectUri,
    popup_redirect_uri: `${client.home}/popup`,
    post_logout_redirect_uri: client.home,
    scope: 'openid profile email',
    loadUserInfo: true,
  };
  /** Runs an expression in the page, where `manager` is a user manager of the library. */
  const inPage = (expression: string): Promise<unknown> =>
    page.evaluate(
      `(async () => { const manager = new oidc.UserManager(${JSON.stringify(settings)}); return ${expression}; })()`,
    );

  await page.goto(client.home);
  await inPage('void manager.signinRedirect()');
  await page.fill('[name=login]', person.login);
  await page.fill('[name=password]', person.password);
  await page.click('.login-submit');
  await page.waitForURL(/\/callback\?/);
  const first = await inPage('await manager.signinRedirectCallback()');
  t.match(first, { token_type: 'Bearer', profile });

  t.match(
    await inPage('(await manager.signinSilent()).refresh_token !== undefined'),
    true,
    'by the refresh token, from another origin',
  );

  await page.goto(client.home);
  const popup = page.waitForEvent('popup');
  const signedIn = inPage('(await manager.signinPopup()).profile.name');
  const opened = await popup;
  await opened.waitForURL(/\/popup\?/);
  await opened
    .evaluate(`new oidc.UserManager(${JSON.stringify(settings)}).signinPopupCallback()`)
    .catch(() => {
      // The library closes its own window.
    });
  t.equal(await signedIn, profile.name, 'in a popup, by the session');

  await inPage('void manager.signoutRedirect()');
  await page.click('.logout-confirm');
  await page.waitForURL(`${client.home}/`);
  await inPage('void manager.signinRedirect()');
  await page.waitForURL(/\/interaction\//);
  t.equal(await page.locator('.login-submit').count(), 1, 'signed out at the server as well');
});
