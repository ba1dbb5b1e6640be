import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page as Tab } from 'playwright-core';
import type { Test } from 'tap';
import { axeViolations, colorRules } from '../support/axe.ts';
import { launchChromium } from '../support/chromium.ts';
import {
  newVerifier,
  password,
  RelyingParty,
  secret,
  startInProcess,
  type TestServer,
} from '../support/setup/index.ts';

/** With PICTURES=1 the tests keep a picture of each page, for a look at them. It takes as long as everything else. */
const pictures = process.env['PICTURES'] ? join(import.meta.dirname, '../.screenshots') : undefined;

export const person = { login: 'ada', password };

/** An application on another site that shows the parameters it receives and opens sign-ins in popups. */
const openApp = async (t: Test): Promise<{ readonly home: string; showIssuer(issuer: string): void }> => {
  let issuer = '';
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', home);
      const answer = request.method === 'POST' ? new URLSearchParams(body) : searchParams;
      response.setHeader('content-type', 'text/html; charset=utf-8');
      if (pathname === '/opener') {
        const url = JSON.stringify(searchParams.get('url'));
        response.end(`<!doctype html><title>Opener</title><button>Sign in</button><output></output><script>
          document.querySelector('button').onclick = () => window.open(${url}, 'sign-in', 'width=420,height=640');
          addEventListener('message', ({ data }) => { document.querySelector('output').textContent = data; });
        </script>`);
        return;
      }
      if (pathname === '/framer') {
        response.end(
          `<!doctype html><title>Framer</title><iframe src="${searchParams.get('url')}"></iframe>`,
        );
        return;
      }
      if (pathname === '/on') {
        response.writeHead(302, { location: `${home.replace('127.0.0.1', 'localhost')}/arrived` }).end();
        return;
      }
      if (pathname === '/popup') {
        response.end(`<!doctype html><title>Popup</title><script>
          opener.postMessage(location.search, location.origin); close();
        </script>`);
        return;
      }
      const given = Object.fromEntries(answer);
      response.end(
        `<!doctype html><title>App</title><h1>${request.method} ${pathname}</h1><pre>${JSON.stringify(given).replaceAll('<', '&lt;')}</pre><p>${issuer}</p>`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const home = `http://127.0.0.1:${address.port}`;
  return {
    home,
    showIssuer(known) {
      issuer = known;
    },
  };
};

export interface BrowserTest {
  readonly postern: TestServer;
  readonly home: string;
  readonly chromium: Browser;
  /** Makes an authorization request of the application, and returns its URL and a function that redeems the code. */
  startAuthorization(parameters?: Readonly<Record<string, string>>): {
    readonly url: string;
    redeem(code: string): ReturnType<RelyingParty['redeem']>;
  };
}

export const startBrowserTest = async (
  t: Test,
  more: Readonly<Record<string, unknown>> = {},
): Promise<BrowserTest> => {
  const { home, showIssuer } = await openApp(t);
  const client = (id: string, name: string, others: object = {}) => ({
    client_id: id,
    client_name: name,
    client_secret: secret,
    client_uri: `${home}/home`,
    redirect_uris: [`${home}/callback`, `${home}/popup`],
    post_logout_redirect_uris: [`${home}/bye`],
    grant_types: ['authorization_code', 'refresh_token'],
    ...others,
  });
  const postern = await startInProcess(t, {
    accounts: [
      { username: 'ada', password, name: 'Ada Lovelace', email: 'ada@example.com' },
      { username: 'bob', password },
    ],
    clients: [
      client('app', 'Harbour Notes'),
      client('other', 'Ledger', { first_party: true }),
      client('moving', 'Moving On', {
        first_party: true,
        redirect_uris: [`${home}/on`],
        client_uri: home.replace('127.0.0.1', 'localhost'),
      }),
      {
        client_id: 'tv',
        client_name: 'Living-room TV',
        token_endpoint_auth_method: 'none',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    ...more,
  });
  showIssuer(postern.issuer);
  const chromium = await launchChromium();
  t.teardown(() => chromium.close());
  if (pictures) mkdirSync(pictures, { recursive: true });
  return {
    postern,
    home,
    chromium,
    startAuthorization(parameters = {}) {
      const party = new RelyingParty(postern.issuer, parameters['client_id'] ?? 'app');
      const verifier = newVerifier();
      const redirect = { redirect_uri: `${home}/callback` };
      return {
        url: party.authorizationUrl(verifier, { state: 'the-state', ...redirect, ...parameters }),
        redeem: (code) => party.redeem(code, verifier, redirect),
      };
    },
  };
};

/** Opens a tab that records complaints: script errors, refused resources, breaches of the policy. */
export const newTab = async (context: BrowserContext, complaints: string[]): Promise<Tab> => {
  const tab = await context.newPage();
  tab.on('pageerror', (error) => complaints.push(`${tab.url()}: ${error.message}`));
  tab.on('console', (message) => {
    const text = message.text();
    // Some tests open pages with an error status on purpose.
    const expected = /Failed to load resource: the server responded with a status of 4\d\d/.test(text);
    if (['error', 'warning'].includes(message.type()) && !expected) complaints.push(`${tab.url()}: ${text}`);
  });
  return tab;
};

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };

const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/**
 * What axe finds on a narrow page, and how far the page is wider than 360 px. It is the short check, for the same page in
 * many languages: the colors, which cost axe most of its time, are those of the page that `checkAccessibility` has seen.
 */
export const narrowProblems = async (tab: Tab): Promise<readonly string[]> => {
  await tab.setViewportSize(narrow);
  const excess = await tab.evaluate<number>(overflow);
  const withoutColors = { rules: { 'color-contrast': { enabled: false } } };
  return [...(await axeViolations(tab, withoutColors)), ...(excess > 0 ? [`${excess} px too wide`] : [])];
};

const keepPicture = async (tab: Tab, name: string): Promise<void> => {
  if (pictures) await tab.screenshot({ path: join(pictures, `served-${name}.png`), fullPage: true });
};

/** Checks the page as served, in both color schemes: axe finds nothing, and it fits into 360 px. */
export const checkAccessibility = async (t: Test, tab: Tab, name: string): Promise<void> => {
  const size = tab.viewportSize() ?? wide;
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await tab.setViewportSize(wide);
    t.strictSame(
      await axeViolations(tab, colorScheme === 'light' ? {} : colorRules),
      [],
      `axe finds nothing on ${name}, ${colorScheme}`,
    );
    await keepPicture(tab, `${name}-${colorScheme}-1280`);
    await tab.setViewportSize(narrow);
    t.equal(await tab.evaluate<number>(overflow), 0, `${name} fits into 360 px, ${colorScheme}`);
    await keepPicture(tab, `${name}-${colorScheme}-360`);
  }
  await tab.setViewportSize(size);
};

/** The parameters that the application received. */
export const receivedParameters = async (tab: Tab): Promise<Readonly<Record<string, string>>> =>
  JSON.parse((await tab.locator('pre').textContent()) ?? '');

export const signIn = async (tab: Tab, { login, password: typed } = person): Promise<void> => {
  await tab.fill('#login', login);
  await tab.fill('#password', typed);
  await tab.click('.login-submit');
};
