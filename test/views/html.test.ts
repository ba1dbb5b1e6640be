import t from 'tap';
import { createFields, type FieldError } from '#src/views/fields.ts';
import { Html, html, type Value } from '#src/views/html.ts';
import { messagesFor } from '#src/views/languages/index.ts';
import { appLogoUrl, appUrl, formTarget, imageUrl, ownPath, webUrl, withLanguage } from '#src/views/links.ts';

const hostile = `<img src=x onerror='a'>"&`;
const escaped = '&lt;img src=x onerror=&#39;a&#39;&gt;&quot;&amp;';

/** Values that a cast or JSON may bring past the types. */
const untyped = (value: unknown): Value => value as Value;

t.test('text is escaped in every position', async (t) => {
  t.equal(html`<p>${hostile}</p>`.toString(), `<p>${escaped}</p>`);
  t.equal(html`<p title="${hostile}">`.toString(), `<p title="${escaped}">`, 'in an attribute');
  t.equal(html`<p title='${hostile}'>`.toString(), `<p title='${escaped}'>`, 'in single quotes as well');
  t.equal(html`${[hostile, 'b']}`.toString(), `${escaped}b`, 'in an array');
  t.equal(html`${[['a', [hostile]], hostile]}`.toString(), `a${escaped}${escaped}`, 'in nested arrays');
  t.equal(html`<p title="${[hostile, [hostile]]}">`.toString(), `<p title="${escaped}${escaped}">`);
});

t.test('markup nests and is escaped once', async (t) => {
  const inner = html`<b>${hostile}</b>`;
  t.equal(html`<p>${inner}</p>`.toString(), `<p><b>${escaped}</b></p>`);
  t.equal(html`${[inner, [html`<i>${'&'}</i>`]]}`.toString(), `<b>${escaped}</b><i>&amp;</i>`);
  t.equal(html`${html`${html`${hostile}`}`}`.toString(), escaped);
});

t.test('absent values render as nothing, and numbers unchanged', async (t) => {
  t.equal(html`[${undefined}${null}${false}${[]}${[undefined, [null]]}${''}]`.toString(), '[]');
  t.equal(html`${0}${-1.5}${[7]}`.toString(), '0-1.57');
});

t.test('a value other than text, number or markup is refused', async (t) => {
  const forged = { isEscaped: true, toString: () => '<b>forged</b>' };
  const boxed = Object.assign(new String('<b>boxed</b>'), { isEscaped: true });
  const promised = Promise.resolve('later');
  for (const value of [
    {},
    forged,
    boxed,
    promised,
    true,
    () => 'text',
    Symbol('s'),
    1n,
    new Date(0),
    new Map(),
  ]) {
    t.throws(() => html`${untyped(value)}`, TypeError, `a ${Object.prototype.toString.call(value)}`);
    t.throws(() => html`${[['a', untyped(value)]]}`, TypeError, 'in an array too');
  }
  t.notOk(Html.is(forged));
  t.throws(() => html(Object.assign(['<b>'], { raw: ['<b>'] })), TypeError, 'text is no template');
});

t.test('an unquoted attribute is refused before rendering', async (t) => {
  t.throws(() => html`<a href=${'/x onclick=alert(1)'}>`, /needs quotes/);
  t.throws(() => html`<a href= ${'/x'}>`, /needs quotes/);
});

t.test('an outside URL never holds a script', async (t) => {
  for (const url of [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc',
    'x',
    '//evil.example',
    '',
  ]) {
    t.equal(webUrl(url), undefined, `${url} is no web address`);
    t.equal(appUrl(url), undefined, `${url} is no app's address`);
  }
  t.equal(webUrl('https://app.example/logo.png'), 'https://app.example/logo.png');
  t.equal(imageUrl('https://app.example/logo.png'), 'https://app.example/logo.png');
  t.equal(imageUrl('http://app.example/logo.png'), undefined);
  t.equal(imageUrl('http://localhost:3000/logo.png'), undefined);
  for (const url of ['http://app.example/logo.png', 'javascript:alert(1)', 'data:image/png,', undefined])
    t.equal(appLogoUrl(url), undefined, String(url));
  for (const url of ['https://app.example/logo.png', 'http://localhost:3000/images/logo.png'])
    t.equal(appLogoUrl(url), url);
  t.equal(webUrl('com.example.app:/cb'), undefined);
  t.equal(
    appUrl('com.example.app:/cb'),
    'com.example.app:/cb',
    'RFC 8252 §7.1: a private-use scheme leads back to an app',
  );
  t.equal(formTarget('https://app.example/cb'), 'https://app.example/cb');
  t.equal(formTarget('javascript:alert(1)'), '/');
});

t.test('a local path never leaves the origin', async (t) => {
  for (const path of [
    '//evil.example/x',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'javascript:x',
    '',
    '/\t/evil.example',
  ])
    t.equal(ownPath(path), '/', JSON.stringify(path));
  t.equal(ownPath('/interaction/abc?x=1'), '/interaction/abc?x=1');
  t.equal(withLanguage('/oauth/device?user_code=A-B&lang=en', 'de'), '/oauth/device?user_code=A-B&lang=de');
  t.equal(withLanguage('//evil.example', 'pl'), '/?lang=pl');
});

t.test('a field is marked invalid only when it is, with the reason', async (t) => {
  const none: readonly FieldError[] = [];
  const fine = createFields(messagesFor('en'), none);
  t.notMatch(fine.text({ name: 'login', label: 'Login' }), /aria-invalid|aria-describedby|autofocus/);
  t.equal(fine.summary(), undefined);
  const bad = createFields(messagesFor('en'), [{ field: 'login', message: hostile }]);
  const text = bad.text({ name: 'login', label: 'Login', hint: 'As on your card' }).toString();
  t.match(text, 'aria-describedby="login-hint login-error" aria-invalid="true"');
  t.match(text, `<p class="field-error" id="login-error" role="alert">${escaped}</p>`);
  t.match(text, / autofocus/);
  t.notMatch(
    bad.text({ name: 'email', label: 'Email', autofocus: true }).toString(),
    /autofocus/,
    'the bad one has the focus',
  );
  t.equal(bad.summary(), undefined, 'a single error is told beside its field only');
  const worse = createFields(messagesFor('en'), [
    { field: 'login', message: hostile },
    { field: 'email', message: 'Enter it' },
  ]);
  t.match(worse.summary()?.toString(), `<a href="#login">${escaped}</a>`);
  t.notMatch(worse.text({ name: 'login', label: 'Login' }), 'role="alert"', 'the list is announced');
});
