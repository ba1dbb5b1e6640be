import t from 'tap';
import {
  Browser,
  newVerifier,
  RelyingParty,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { hostileSvg, png, svg } from '../support/theme-files.ts';
import { waitFor } from '../support/wait-for.ts';

const folder = t.testdir({
  'logo.png': png,
  'dark.svg': hostileSvg,
  'icon.svg': svg(16, 16),
  'back.svg': svg(160, 90),
  'own.css': '.sheet { border-radius: 0 }',
});

const server = await startInProcess(t, {
  ...usualConfig,
  pages: {
    name: 'Harbour',
    theme: {
      accent: '#7a1f5c',
      background_image: `${folder}/back.svg`,
      logo: `${folder}/logo.png`,
      logo_dark: `${folder}/dark.svg`,
      favicon: `${folder}/icon.svg`,
      css_file: `${folder}/own.css`,
    },
    links: { help: 'https://harbour.example/help?a=1&b=2', imprint: 'https://harbour.example/imprint' },
    texts: {
      en: {
        'login.title': 'Come <b>aboard</b>',
        'login.toContinue': 'and sail to {1} with us',
        'mail.reset.subject': 'A new key for {1}',
      },
      de: { 'login.title': 'Willkommen an Bord' },
    },
  },
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, server.issuer), { headers, redirect: 'manual' });

const loginPage = async (language = 'en') =>
  new Browser({ 'accept-language': language }).open(
    new RelyingParty(server.issuer).authorizationUrl(newVerifier()),
  );

const { body: page, headers: pageHeaders } = await loginPage();
const pathOf = (pattern: RegExp): string => {
  const path = pattern.exec(page)?.[1];
  if (path === undefined) throw new Error(`no ${pattern} in the page`);
  return path;
};

t.test('nothing else of the folder is served, and no name without its hash', async (t) => {
  for (const path of [
    '/theme/',
    '/theme/theme.css',
    '/theme/logo.png',
    '/theme/logo.000000000000.png',
    '/theme/own.css',
    '/theme/..%2fpostern.yaml',
  ])
    t.equal((await get(path)).status, 404, path);
});

t.test('the policy of pages stays as strict as before', async (t) => {
  const policy = pageHeaders.get('content-security-policy') ?? '';
  t.match(policy, "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:");
  t.notMatch(policy, /unsafe|https:(?!\/\/)/);
  t.notMatch(page, /<style|style="/);
});

t.test('colors come as a style sheet of their own, before that of the operator', async (t) => {
  const sheets = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, path = '']) => path);
  t.match(sheets, [
    /pico/,
    /postern/,
    /^\/theme\/theme\.[\w-]{12}\.css$/,
    /^\/theme\/custom\.[\w-]{12}\.css$/,
  ]);
  const theme = await get(sheets[2] ?? '');
  t.equal(theme.headers.get('content-type'), 'text/css; charset=utf-8');
  t.equal(theme.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  t.equal(theme.headers.get('x-content-type-options'), 'nosniff');
  const css = await theme.text();
  t.match(css, '--accent: #7a1f5c;');
  t.match(css, /url\("\/theme\/background-image\.[\w-]{12}\.svg"\)/);
  t.equal(await (await get(sheets[3] ?? '')).text(), '.sheet { border-radius: 0 }');
});

t.test('logos and the icon replace those of Postern', async (t) => {
  const logo = await get(pathOf(/<img class="mark" src="(\/theme\/logo\.[\w-]{12}\.png)" alt="">/));
  t.equal(logo.headers.get('content-type'), 'image/png');
  t.same(Buffer.from(await logo.arrayBuffer()), png);
  const again = await get(new URL(logo.url).pathname, { 'if-none-match': logo.headers.get('etag') ?? '' });
  t.equal(again.status, 304);
  t.match(
    page,
    /<source srcset="\/theme\/logo-dark\.[\w-]{12}\.svg" media="\(prefers-color-scheme: dark\)">/,
  );
  t.match(page, /<link rel="icon" type="image\/svg\+xml" href="\/theme\/favicon\.[\w-]{12}\.svg">/);
});

t.test('an SVG that is opened as a page runs nothing', async (t) => {
  const { headers } = await get(pathOf(/srcset="([^"]+)"/));
  t.equal(headers.get('content-type'), 'image/svg+xml');
  t.match(headers.get('content-security-policy'), /default-src 'none'.*; sandbox$/);
  t.equal(headers.get('x-content-type-options'), 'nosniff');
  t.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
});

t.test('own texts are escaped, keep their values, and belong to one language', async (t) => {
  t.match(page, 'Come &lt;b&gt;aboard&lt;/b&gt;');
  t.notMatch(page, '<b>aboard');
  t.match(page, /and sail to <strong[^>]*>[^<]+<\/strong> with us/);
  t.match((await loginPage('de')).body, 'Willkommen an Bord');
  t.match((await loginPage('pl')).body, /<h1>Zaloguj się<\/h1>/);
});

t.test('each page links to the pages of the operator', async (t) => {
  t.match(page, '<li><a href="https://harbour.example/help?a=1&amp;b=2">Help</a></li>');
  t.match(page, '<li><a href="https://harbour.example/imprint">Legal notice</a></li>');
  t.notMatch(page, '>Privacy<');
  t.match(
    await (await get('/errors/invalid_grant', { accept: 'text/html' })).text(),
    'harbour.example/imprint',
  );
});

t.test('messages have the color, the texts and the links', async (t) => {
  await server.addAccount({
    username: 'grace',
    password: 'a lantern by the harbour',
    claims: { email: 'grace@example.com', email_verified: true },
  });
  const browser = new Browser({ 'accept-language': 'en' });
  await browser.submit(await browser.open(`${server.issuer}/account/forgot`), { login: 'grace' });
  const preview = () => browser.open(`${server.issuer}/dev/mail`);
  await waitFor('the message', async () => (await preview()).body.includes('A new key for Harbour'));
  t.match((await preview()).body, 'Help:');
  const [message] = server.app.services.mail.preview?.() ?? [];
  t.match(message?.html, 'background:#7a1f5c;color:#ffffff');
  t.match(message?.html, '<a href="https://harbour.example/imprint" style="color:#7a1f5c">Legal notice</a>');
  t.notMatch(message?.html, /17645a|<img/, 'an http logo would not be shown');
});

t.test('messages get the logo from a path that stays, also in a browser of another site', async (t) => {
  const logo = await get('/theme/logo');
  t.equal(logo.status, 200);
  t.equal(logo.headers.get('cross-origin-resource-policy'), 'cross-origin');
  t.equal(logo.headers.get('cache-control'), 'public, max-age=3600');
});

t.test('development shows the parts, the contrasts, and the names of all texts', async (t) => {
  const { body } = await new Browser({ 'accept-language': 'en' }).open(`${server.issuer}/dev/theme`);
  t.match(body, /accent <code>#7a1f5c<\/code>, contrast \d\d?\.\d:1/);
  t.match(
    body,
    /<dt><code lang="en">login\.toContinue<\/code> <strong lang="en">yours<\/strong><\/dt><dd>and sail to \{1\} with us<\/dd>/,
  );
  t.match(body, /<code lang="en">mail\.reset\.subject<\/code>/);
  t.match(body, /<dt><code lang="en">consent\.title<\/code><\/dt>/, 'without the mark');
});

t.test('the console has the colors and the logo, and not the style sheet of the operator', async (t) => {
  const { accounts, groups } = server.app.services;
  await groups.add({ name: 'postern-admins' });
  await accounts.add(
    { username: 'boss', password: 'a lantern by the harbour', groups: ['postern-admins'] },
    { mayChangeRoles: true },
  );
  for (const [username, status] of [
    ['boss', 200],
    ['ada', 403],
  ] as const) {
    const browser = await signedInBrowser(server, username, { headers: { 'accept-language': 'en' } });
    const console = await browser.request(`${server.issuer}/admin`);
    t.equal(console.status, status);
    t.match(console.body, '/theme/theme.');
    t.match(console.body, '/theme/logo.');
    t.notMatch(console.body, '/theme/custom.', username);
    const absent = await browser.request(`${server.issuer}/admin/clients/absent`);
    t.equal(absent.status, username === 'boss' ? 404 : 403);
    t.notMatch(absent.body, '/theme/custom.', 'nor on an error page');
  }
});

t.test('a server without a theme has none of it', async (t) => {
  const plain = await startInProcess(t);
  const { body } = await new Browser().open(`${plain.issuer}/errors/invalid_grant`);
  t.notMatch(body, /\/theme\/|site-links/);
  t.equal((await fetch(`${plain.issuer}/theme/logo`)).status, 404);
});
