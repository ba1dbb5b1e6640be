import t from 'tap';
import { hostileSvg, svg } from '../support/theme-files.ts';
import { checkAccessibility, newTab, receivedParameters, signIn, startBrowserTest } from './browser-test.ts';

t.setTimeout(300_000);

const folder = t.testdir({
  'logo.svg': hostileSvg,
  'dark.svg': svg(400, 60, '#fff'),
  'icon.svg': svg(16, 16),
  'back.svg': svg(160, 90, '#333'),
  'own.css': '.sheet { border-radius: 0 } .brand { font-style: italic }',
});

const stage = await startBrowserTest(t, {
  pages: {
    name: 'Harbour',
    theme: {
      // Both have the least contrast that is allowed.
      accent: '#735c00',
      accent_dark: '#5d938c',
      background: '#fbf6e4',
      background_image: `${folder}/back.svg`,
      logo: `${folder}/logo.svg`,
      logo_dark: `${folder}/dark.svg`,
      favicon: `${folder}/icon.svg`,
      css_file: `${folder}/own.css`,
    },
    links: { help: 'https://harbour.example/help', privacy: 'https://harbour.example/privacy' },
    texts: { en: { 'login.title': 'Come aboard <img src=x onerror=alert(1)>' } },
  },
});
const { chromium, postern, home, startAuthorization } = stage;
const context = await chromium.newContext({ locale: 'en' });
const complaints: string[] = [];
const tab = await newTab(context, complaints);
tab.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
t.teardown(() => context.close());

const color = (selector: string, property: string): Promise<string> =>
  tab.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);

t.test('a themed sign-in and consent are as accessible as before', async (t) => {
  await tab.goto(startAuthorization().url);
  t.equal(await tab.locator('h1').textContent(), 'Come aboard <img src=x onerror=alert(1)>');
  await checkAccessibility(t, tab, 'theme-login');
  await signIn(tab);
  await tab.locator('.consent-allow').waitFor();
  await checkAccessibility(t, tab, 'theme-consent');
  t.equal(await color('.sheet', 'borderRadius'), '0px', 'the style sheet of the operator counts');
  await tab.click('.consent-allow');
  await tab.waitForURL(`${home}/callback*`);
  t.ok((await receivedParameters(tab))['code']);
});

t.test('the colors are those of the mode, and so is the logo', async (t) => {
  await tab.goto(`${postern.issuer}/dev/theme`);
  await tab.emulateMedia({ colorScheme: 'light' });
  t.equal(await color('main a', 'color'), 'rgb(115, 92, 0)');
  t.match(await tab.evaluate<string>(`document.querySelector('.brand img').currentSrc`), /\/theme\/logo\./);
  await tab.emulateMedia({ colorScheme: 'dark' });
  t.equal(await color('main a', 'color'), 'rgb(93, 147, 140)');
  await tab.waitForFunction(`document.querySelector('.brand img').currentSrc.includes('/theme/logo-dark.')`);
  const box = await tab.locator('.brand img').boundingBox();
  t.ok(box && box.width > 150 && box.width <= 192.5 && box.height <= 32.5, 'a wide logo keeps its shape');
});

t.test('the preview and the account pages are accessible with the theme', async (t) => {
  await tab.goto(`${postern.issuer}/dev/theme`);
  await checkAccessibility(t, tab, 'theme-preview');
  await tab.goto(`${postern.issuer}/account`);
  await tab.locator('nav.account-menu').waitFor();
  await checkAccessibility(t, tab, 'theme-account');
});

t.test('a logo that is opened as a page runs no script', async (t) => {
  const path = await tab.evaluate<string>(`document.querySelector('.brand img').getAttribute('src')`);
  const logo = await context.newPage();
  logo.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await logo.goto(`${postern.issuer}${path}`);
  t.equal(await logo.evaluate<string>('document.documentElement.localName'), 'svg');
  await logo.close();
});

t.test('browsers complain of nothing', async (t) => t.strictSame(complaints, []));
