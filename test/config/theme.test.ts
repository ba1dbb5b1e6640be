import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import { configurationRules } from '#src/configuration-rules.ts';
import { png, svg } from '../support/theme-files.ts';
import { configurationErrors, load } from './load.ts';

const cwd = t.testdir({
  'logo.svg': svg(120, 40),
  'logo.png': png,
  'wrong.png': svg(1, 1),
  'text.svg': 'no image',
  'large.svg': svg(1, 1).padEnd(256 * 1024 + 1),
  'empty.css': '',
  folder: {},
});

const errorsOf = (pages: object): readonly string[] => {
  writeFileSync(join(cwd, 'postern.yaml'), stringify({ pages }));
  return configurationErrors(cwd, { additionalRules: configurationRules });
};

const themeErrors = (theme: object): readonly string[] => errorsOf({ theme });

const cssErrors = (css: string): readonly string[] => {
  writeFileSync(join(cwd, 'own.css'), css);
  return themeErrors({ css_file: 'own.css' });
};

t.test('a color that people can not read is refused, with one that they can', async (t) => {
  t.same(themeErrors({ accent: '#ffcc00' }), [
    'pages.theme.accent: In light mode links and buttons have a contrast of 1.3:1 only; 4.5:1 is needed (WCAG 1.4.3). #735c00 is dark enough. (postern.yaml:3:5)',
  ]);
  t.same(themeErrors({ accent: '#735c00' }), [], 'the color that the message names is taken');
  t.same(themeErrors({ accent_dark: '#17645a' }), [
    'pages.theme.accent_dark: In dark mode links and buttons have a contrast of 2.3:1 only; 4.5:1 is needed (WCAG 1.4.3). #5d938c is light enough. (postern.yaml:3:5)',
  ]);
  t.same(themeErrors({ accent_dark: '#5d938c' }), []);
  t.match(themeErrors({ background: '#222222' }), [
    /^pages\.theme\.background: Text on it has a contrast of 1\.0:1 only/,
  ]);
  t.match(
    themeErrors({ background: '#b4d2d2' }),
    [/^pages\.theme\.background: Text on it has a contrast of 3\.9:1/],
    'the weaker text of the page counts',
  );
  t.same(themeErrors({ accent: '#0000ff' }), [], 'dark mode gets a lighter one');
  t.same(themeErrors({ accent: '#000000', background: '#ffffff' }), []);
  for (const accent of ['teal', '#fff', '#17645', '#17645a80', 'url(x)', '#17645a;}'])
    t.match(themeErrors({ accent }), [/Expected a color of six hexadecimal digits/], accent);
});

t.test('an image must exist, be small enough, and be what its name says', async (t) => {
  t.match(themeErrors({ logo: 'absent.svg' }), [
    /^pages\.theme\.logo: Can not read .*absent\.svg: there is no/,
  ]);
  t.match(themeErrors({ logo: 'folder' }), [/must be one of \.svg, \.png, \.webp|it is a folder/]);
  t.match(themeErrors({ logo: 'large.svg' }), [/large\.svg is larger than 256 KiB/]);
  t.match(themeErrors({ logo: 'wrong.png' }), [/wrong\.png is no \.png file by its content/]);
  t.match(themeErrors({ logo: 'text.svg' }), [/text\.svg is no \.svg file by its content/]);
  t.match(themeErrors({ favicon: 'empty.css' }), [/must be one of \.svg, \.png, \.ico/]);
  t.match(themeErrors({ logo_dark: 'logo.svg' }), [/pages\.theme\.logo_dark: Is the logo in dark mode only/]);
  t.match(errorsOf({ logo: 'https://example.com/logo.png', theme: { logo: 'logo.png' } }), [
    /^pages\.logo: Is not shown/,
  ]);
  t.same(themeErrors({ logo: 'logo.png', logo_dark: 'logo.svg', favicon: 'logo.svg' }), []);
});

t.test('names of files are relative to the file that has them', async (t) => {
  t.same(themeErrors({ logo: './logo.png' }), []);
  const { config } = load(cwd, { env: { POSTERN_PAGES__THEME__FAVICON: 'logo.svg' } });
  t.equal(config.pages.theme.logo, join(cwd, 'logo.png'));
  t.equal(config.pages.theme.favicon, join(cwd, 'logo.svg'));
});

const loading = {
  'an import': '@import "https://evil.example/x.css";',
  'an import in capitals': '@IMPORT url(x.css);',
  'an import behind a comment': '/* a */@import/**/"x";',
  'an address': 'body { background: url(https://evil.example/x.png) }',
  'an address in quotes': `body { background: url( "//evil.example/x.png" ) }`,
  'a path of this server': 'body { background: url(/account) }',
  'a script': 'body { background: url(javascript:alert(1)) }',
  'another kind of data': 'body { background: url(data:text/html,x) }',
  'an escaped name': String.raw`body { background: u\72l(https://evil.example) }`,
  'an escaped address': String.raw`body { background: url("data:image\2fpng,\") ; url(https://evil.example") }`,
  'an address after a comment in a string': `a::after { content: "/*" } b { background: url(//evil.example) } c::after { content: "*/" }`,
  'an address after a comment in an address':
    'a { background: url(data:image/png,/*) } b { background: url(//e.example) /* */ }',
  'an address after a string that ends with its line': `a { content: "x\n } b { background: url(//e.example) } c { content: "`,
  'a set of images': 'body { background: image-set("https://evil.example/x.png" 1x) }',
  'an older set of images': 'body { background: -webkit-image-set("x.png" 1x) }',
  'a font': '@font-face { font-family: x; src: url(https://evil.example/x.woff2) }',
};

t.test('a style sheet that could load something is refused', async (t) => {
  for (const [name, css] of Object.entries(loading))
    t.match(cssErrors(css), [/^pages\.theme\.css_file: .*own\.css (loads|has) /], name);
});

t.test('a style sheet that loads nothing is taken', async (t) => {
  for (const css of [
    '',
    '.sheet { border-radius: 0 }',
    '/* @import is not allowed, nor url(https://example.com) */ .sheet { color: red }',
    `.a::before { content: "@import url(https://example.com) \\201c" }`,
    '.a { background: url(data:image/png;base64,AAAA) } .b { clip-path: url(#shape) }',
    '@media (width < 30rem) { .curl(x), .sheet { background-image: none } }',
  ])
    t.same(cssErrors(css), [], css);
  t.match(cssErrors('a{}'.padEnd(256 * 1024 + 1)), [/larger than 256 KiB/]);
});

t.test('a text of an unknown name or language is refused with a suggestion', async (t) => {
  const texts = (own: object) => errorsOf({ texts: own });
  t.same(texts({ en: { 'login.titel': 'Hello' } }), [
    'pages.texts.en."login.titel": There is no text of this name. Did you mean login.title? (postern.yaml:4:7)',
  ]);
  t.same(texts({ ne: { 'login.title': 'Hello' } }), [
    'pages.texts.ne: Is no language of Postern: en, de, pl. Did you mean en? (postern.yaml:3:5)',
  ]);
  for (const name of ['tag', 'name', 'dir', 'login', '__proto__x', 'toString', 'login.title.x'])
    t.match(texts({ en: { [name]: 'x' } }), [/There is no text of this name/], name);
  t.match(texts({ en: { 'login.toContinue': 'to continue' } }), [
    /Must have \{1\}, as in "to continue to \{1\}"/,
  ]);
  t.match(texts({ en: { 'login.toContinue': '{1} and {2}' } }), [/Must have \{1\}/]);
  t.match(texts({ en: { 'login.title': 'Sign in to {1}' } }), [
    /Has a value such as \{1\}, but this text has none/,
  ]);
  t.same(texts({ en: { 'login.title': 'Welcome', 'login.toContinue': '{1} is waiting' } }), []);
});

t.test('links lead to web pages', async (t) => {
  for (const help of ['javascript:alert(1)', 'mailto:a@example.com', '/help', 'https://a b'])
    t.match(errorsOf({ links: { help } }), [/Expected an http or https URL/], help);
});
