import { mkdirSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Fastify from 'fastify';
import type { BrowserContext, Page as Tab } from 'playwright-core';
import t from 'tap';
import { assets, assetUrl } from '#src/http/assets/index.ts';
import { messagesFor } from '#src/views/languages/index.ts';
import type { Page } from '#src/views/page.ts';
import { pageHeaders } from '#src/views/policy.ts';
import { axeViolations, colorRules } from '../support/axe.ts';
import { makeCertificate } from '../support/certificates.ts';
import { launchChromium } from '../support/chromium.ts';
import { type Exhibit, gallery, logo } from './gallery.ts';

t.setTimeout(600_000);

/** With PICTURES=1 the tests keep a picture of each page, for a look at them. It takes as long as everything else. */
const pictures = process.env['PICTURES'] ? join(import.meta.dirname, '../.screenshots') : undefined;
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#2b5fb4" d="M0 0h8v8H0z"/><path fill="#fff" d="M2 2h1v4H2zM5 2h1v4H5zM3 3.5h2v1H3z"/></svg>';
const payload = '"\'><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

const surroundings = ({ name, language = 'en', dir }: Exhibit): Page => ({
  messages: { ...messagesFor(language), ...(dir && { dir }) },
  asset: assetUrl,
  requestId: 'req-7f3k2m9q',
  brand: 'Postern',
  home: 'https://portal.example.com/',
  languages: ['en', 'de', 'pl'],
  currentUrl: `/page/${name}`,
});

const received: unknown[] = [];
const app = Fastify();
app.register(assets);
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, body),
);
app.post('/received', async (request, reply) => {
  received.push(request.body);
  return reply.type('text/html').headers(pageHeaders()).send('<!doctype html><title>received</title>');
});
for (const exhibit of gallery) {
  const page = surroundings(exhibit);
  app.get(`/page/${exhibit.name}`, (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers(pageHeaders(exhibit.allowance)).send(exhibit.render(page)),
  );
  app.get(`/hostile/${exhibit.name}`, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .headers(pageHeaders(exhibit.allowance))
      .send(
        exhibit.renderWith({ ...page, requestId: payload, brand: payload }, (text) => `${text}${payload}`),
      ),
  );
}
const origin = await app.listen({ host: '127.0.0.1', port: 0 });

/** The site of the logos. If the test answered for it inside the browser, Chromium would keep no file in its cache. */
const { certificate, privateKey } = makeCertificate();
const site = createServer(
  { cert: certificate.toString(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) },
  (_request, response) => response.setHeader('content-type', 'image/svg+xml').end(picture),
);
await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
const { port: sitePort } = site.address() as AddressInfo;

const browser = await launchChromium([
  `--host-resolver-rules=MAP ${new URL(logo).host} 127.0.0.1:${sitePort}`,
  '--ignore-certificate-errors',
]);
t.teardown(async () => {
  await browser.close();
  await app.close();
  site.close();
});
if (pictures) mkdirSync(pictures, { recursive: true });

const keepPicture = async (
  tab: Tab,
  name: string,
  options: { readonly fullPage?: boolean } = {},
): Promise<void> => {
  if (pictures) await tab.screenshot({ path: join(pictures, `${name}.png`), ...options });
};

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };

/** Records complaints of the browser: script errors, refused resources, breaches of the policy. */
const complaintsOf = (tab: Tab): string[] => {
  const complaints: string[] = [];
  tab.removeAllListeners();
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
};

const overflow = (tab: Tab): Promise<number> =>
  tab.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** The self-submitting page is checked without scripts, because it leaves at once with them. */
const stays = gallery.filter(({ name }) => name !== 'form-post');

const inContext = async <Result>(
  options: Parameters<typeof browser.newContext>[0],
  use: (context: BrowserContext) => Promise<Result>,
): Promise<Result> => {
  const context = await browser.newContext(options);
  try {
    return await use(context);
  } finally {
    await context.close();
  }
};

/** Works through a list with several tabs at a time. */
const visitAll = (
  context: BrowserContext,
  exhibits: readonly Exhibit[],
  visit: (tab: Tab, exhibit: Exhibit) => Promise<void>,
): Promise<unknown> => {
  const waiting = [...exhibits];
  const worker = async (): Promise<void> => {
    const tab = await context.newPage();
    for (let next = waiting.shift(); next; next = waiting.shift()) await visit(tab, next);
  };
  return Promise.all([worker(), worker(), worker()]);
};

/** Below each heading of a page, in pixels. A lead continues its heading. */
const gapsBelowHeadings = `[...document.querySelectorAll('main :is(h1, h2)')].flatMap((heading) => {
  const next = heading.nextElementSibling;
  const shown = next?.checkVisibility() && next.getBoundingClientRect();
  if (!shown || shown.height === 0 || next.matches('.lead')) return [];
  const gap = shown.top - heading.getBoundingClientRect().bottom;
  return gap < (heading.localName === 'h1' ? 12 : 6) ? [heading.textContent + ': ' + gap] : [];
})`;

/** The widths of the buttons of the main column, without those beside a field. */
const widthsOfButtons = `[...document.querySelectorAll('main :is(.login-submit, .stack :is(button, [role=button]))')]
  .filter((button) => button.checkVisibility()).map((button) => Math.round(button.getBoundingClientRect().width))`;

t.test('the ways to sign in have buttons of one width', (t) =>
  inContext({ viewport: wide, reducedMotion: 'reduce' }, async (context) => {
    const tab = await context.newPage();
    await tab.goto(`${origin}/page/login-all-ways`);
    await tab.locator('.passkey-get').waitFor();
    const widths = await tab.evaluate<number[]>(widthsOfButtons);
    t.ok(widths.length > 3, `${widths.length} buttons`);
    t.strictSame([...new Set(widths)].length, 1, widths.join(', '));
  }),
);

t.test('every page is accessible, fits and obeys its policy in both colour schemes and widths', (t) =>
  inContext({ viewport: wide, colorScheme: 'light', reducedMotion: 'reduce' }, (context) =>
    visitAll(context, stays, async (tab, { name }) => {
      const complaints = complaintsOf(tab);
      const answer = await tab.goto(`${origin}/page/${name}`);
      t.equal(answer?.status(), 200, `${name} is there`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.emulateMedia({ colorScheme });
        await tab.setViewportSize(wide);
        t.strictSame(
          await axeViolations(tab, colorScheme === 'light' ? {} : colorRules),
          [],
          `axe finds nothing on ${name} in ${colorScheme}`,
        );
        await keepPicture(tab, `${name}-${colorScheme}-1280`);
        await tab.setViewportSize(narrow);
        t.equal(await overflow(tab), 0, `${name} fits into 360 px in ${colorScheme}`);
        await keepPicture(tab, `${name}-${colorScheme}-360`, { fullPage: true });
      }
      t.strictSame(await tab.evaluate(gapsBelowHeadings), [], `each heading of ${name} keeps its distance`);
      t.strictSame(complaints, [], `the console is silent on ${name}`);
    }),
  ),
);

/** What a page without JavaScript has: each question that is asked apart costs Chromium and the test as much as all. */
const contentWithoutScripts = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isVisible = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true });
  };
  return {
    headings: all('h1').length,
    inline: all('script:not([src]), style, [style], [onclick]').length,
    buttonsForScripts: all('button[type=button]').filter(isVisible).length,
    // A form for passkeys needs JavaScript; without it, the page has another form.
    formsWithoutButton: all('form:not([hidden])').length
      - all('form').filter((form) => [...form.querySelectorAll('button[type=submit]')].some(isVisible)).length,
    formsByGet: all('form:not([method=post])').length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
})()`;

t.test('every page is complete without JavaScript', (t) =>
  inContext({ viewport: narrow, javaScriptEnabled: false }, (context) =>
    visitAll(context, gallery, async (tab, { name }) => {
      const complaints = complaintsOf(tab);
      await tab.goto(`${origin}/page/${name}`);
      const content = await tab.evaluate<Readonly<Record<string, number>>>(contentWithoutScripts);
      t.equal(content['headings'], 1, `${name} has one h1`);
      t.equal(content['inline'], 0, `${name} has nothing inline`);
      t.equal(content['buttonsForScripts'], 0, `${name} shows no button that needs a script`);
      t.equal(content['formsWithoutButton'], 0, `${name}: every form can be sent`);
      t.equal(content['formsByGet'], 0, `${name} posts its forms`);
      t.equal(content['overflow'], 0, `${name} fits into 360 px`);
      t.strictSame(complaints, [], `the console is silent on ${name}`);
    }),
  ),
);

t.test('markup in any field of any model is rendered as text', (t) =>
  inContext({ viewport: wide }, (context) =>
    visitAll(context, gallery, async (tab, exhibit) => {
      const page = surroundings(exhibit);
      const text = exhibit.renderWith(page, (value) => `${value}${payload}`);
      t.notOk(text.includes('<img src=x'), `${exhibit.name} has no markup from its model`);
      const reach = exhibit.renderWith(page, () => 'javascript:alert(1)');
      t.notMatch(reach, /(href|src|action)="\s*javascript:/i, `${exhibit.name} has no script behind a link`);
      if (!stays.includes(exhibit)) return;
      await tab.goto(`${origin}/hostile/${exhibit.name}`);
      const { pwned, foreign } = await tab.evaluate<{ pwned?: unknown; foreign: number }>(
        `({ pwned: window.pwned, foreign: document.querySelectorAll('img[src=x], script:not([src])').length })`,
      );
      t.equal(pwned, undefined, `${exhibit.name} runs nothing`);
      t.equal(foreign, 0, `${exhibit.name} has no foreign element`);
    }),
  ),
);

t.test(
  'an error page has its title first, the focus on the first invalid field, and its message linked to it',
  (t) =>
    inContext({ viewport: wide, javaScriptEnabled: false }, async (context) => {
      const tab = await context.newPage();
      await tab.goto(`${origin}/page/create-account-problems`);
      t.match(await tab.title(), /^Error: /);
      const login = tab.locator('#login');
      t.equal(await tab.locator('[autofocus]').getAttribute('id'), 'login');
      t.equal(await login.getAttribute('aria-invalid'), 'true');
      t.equal(await login.getAttribute('aria-describedby'), 'login-error');
      t.match(await tab.locator('#login-error').textContent(), 'taken');
      t.equal(
        await tab.locator('#password').getAttribute('aria-describedby'),
        'password-hint password-error',
      );
      t.equal(await tab.locator('#name').getAttribute('aria-invalid'), null);
      t.equal(await tab.locator('#name').inputValue(), 'Maria Kowalska');
      t.equal(await tab.locator('#password').inputValue(), '', 'a password is never filled in again');
      t.strictSame(
        await tab
          .locator('[role=alert] a')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
        ['#login', '#email', '#password'],
      );
    }),
);

t.test('a sign-in that has to wait names the other ways in, unless the device is known', (t) =>
  inContext({ javaScriptEnabled: false }, async (context) => {
    const tab = await context.newPage();
    await tab.goto(`${origin}/page/login-throttled-all-ways`);
    const notice = tab.locator('[role=alert]');
    t.match(await notice.textContent(), /Try again in 40 seconds\.[\s\S]*Other ways to sign in:/);
    t.strictSame(await notice.locator('li').allTextContents(), [
      'Use a browser or a network that you signed in from before. There you don’t have to wait.',
      'Sign in with a passkey',
      'Continue with Example Workspace',
      'Continue with Partner University',
      'Forgot your password?',
    ]);
    t.strictSame(
      await notice.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
      ['/interaction/abc/upstream/workspace', '/interaction/abc/upstream/university', '/forgot'],
    );
    await tab.goto(`${origin}/page/login-throttled`);
    t.match(await tab.locator('[role=alert]').textContent(), 'Too many attempts');
    t.equal(await tab.locator('[role=alert] li').count(), 0);
  }),
);

t.test('passkeys are named with JavaScript only', async (t) => {
  for (const javaScriptEnabled of [false, true])
    await inContext({ javaScriptEnabled }, async (context) => {
      const tab = await context.newPage();
      await tab.goto(`${origin}/page/login-throttled-all-ways`);
      const shown = tab.getByText('Sign in with a passkey').filter({ visible: true });
      if (javaScriptEnabled) await shown.nth(1).waitFor();
      t.equal(await shown.count(), javaScriptEnabled ? 2 : 0);
    });
});

t.test('language links lead to the same page with GET and keep its query', (t) =>
  inContext({ javaScriptEnabled: false }, async (context) => {
    const tab = await context.newPage();
    await tab.goto(`${origin}/page/login`);
    const links = tab.locator('.languages a');
    t.equal(await links.first().getAttribute('href'), '/page/login?lang=de');
    await links.first().click();
    t.equal(new URL(tab.url()).search, '?lang=de');
  }),
);

t.test('with JavaScript a password can be shown, a value copied, and a form is sent once', (t) =>
  inContext({ permissions: ['clipboard-read', 'clipboard-write'] }, async (context) => {
    const tab = await context.newPage();
    const complaints = complaintsOf(tab);
    await tab.goto(`${origin}/page/login`);
    const toggle = tab.locator('[data-reveal]');
    await tab.fill('#password', 'correct horse');
    await toggle.click();
    t.equal(await tab.locator('#password').getAttribute('type'), 'text');
    t.equal(await toggle.getAttribute('aria-pressed'), 'true');
    await toggle.click();
    t.equal(await tab.locator('#password').getAttribute('type'), 'password');

    let posts = 0;
    await tab.route('**/interaction/**', (route) => {
      posts++;
      return route.fulfill({ status: 204 }); // the page stays as it is while its form is under way
    });
    await tab.locator('.login-submit').click();
    await tab.locator('.login-submit[aria-busy=true]').waitFor();
    await tab.locator('.login-submit').dispatchEvent('click');
    t.equal(posts, 1, 'the second press sends nothing');

    const error = await context.newPage();
    await error.goto(`${origin}/page/error`);
    await error.locator('[data-copy]').click();
    await error.locator('[role=status]', { hasText: 'Copied' }).waitFor({ state: 'attached' });
    t.equal(await error.evaluate('navigator.clipboard.readText()'), 'req-7f3k2m9q');
    t.strictSame(complaints, []);
  }),
);

t.test('the form_post page, kept from submitting, is as accessible as the others', (t) =>
  inContext({ viewport: wide, colorScheme: 'light' }, async (context) => {
    const tab = await context.newPage();
    await tab.route('**/postern.*.js', (route) => route.abort());
    await tab.goto(`${origin}/page/form-post`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme });
      await tab.setViewportSize(wide);
      t.strictSame(await axeViolations(tab, {}), [], `axe finds nothing in ${colorScheme}`);
      await keepPicture(tab, `form-post-${colorScheme}-1280`);
      await tab.setViewportSize(narrow);
      t.equal(await overflow(tab), 0, `it fits into 360 px in ${colorScheme}`);
      await keepPicture(tab, `form-post-${colorScheme}-360`, { fullPage: true });
    }
  }),
);

t.test('form_post submits automatically with JavaScript and by its button without', async (t) => {
  for (const javaScriptEnabled of [true, false]) {
    await inContext({ javaScriptEnabled }, async (context) => {
      received.length = 0;
      const tab = await context.newPage();
      await tab.goto(`${origin}/page/form-post`);
      if (!javaScriptEnabled) await tab.locator('.form-post-submit').click();
      await tab.waitForURL(`${origin}/received`);
      t.strictSame(
        received,
        ['code=the-code&state=the-state'],
        `JavaScript ${javaScriptEnabled ? 'on' : 'off'}`,
      );
    });
  }
});
