import { errors } from 'oidc-provider';
import t from 'tap';
import { explainedCodes, explanationOf } from '#src/error-codes.ts';
import { chooseLanguage } from '#src/views/languages/choose.ts';
import { consoleMessagesFor } from '#src/views/languages/console/index.ts';
import { languages, messagesFor } from '#src/views/languages/index.ts';
import { longDate, relativeTime, utcDateTime } from '#src/views/time.ts';

const choose = (wishes: Partial<Parameters<typeof chooseLanguage>[0]>): string =>
  chooseLanguage({ supported: ['en', 'de', 'pl', 'pt-BR'], default: 'en', ...wishes });

t.test('the chosen language comes first, then the cookie, ui_locales and the browser', async (t) => {
  const all = { query: 'de', cookie: 'pl', uiLocales: 'en', acceptLanguage: 'pt-BR' };
  t.equal(choose(all), 'de');
  t.equal(choose({ ...all, query: undefined }), 'pl');
  t.equal(choose({ ...all, query: 'xx', cookie: undefined }), 'en', 'an unknown tag counts for nothing');
  t.equal(choose({ acceptLanguage: all.acceptLanguage }), 'pt-BR');
  t.equal(choose({}), 'en');
});

t.test('OpenID Connect Core §3.1.2.1: ui_locales is a list, best first', async (t) => {
  t.equal(choose({ uiLocales: 'fr-CA pl de' }), 'pl');
  t.equal(choose({ uiLocales: 'de-AT-1996' }), 'de', 'RFC 4647 §3.4: looked up subtag by subtag');
  t.equal(choose({ uiLocales: 'PT-br' }), 'pt-BR', 'tags have no case');
  t.equal(choose({ uiLocales: 'pt' }), 'en', 'a wider wish is not met by a narrower language');
});

t.test('RFC 9110 §12.5.4: Accept-Language is ordered by weight', async (t) => {
  t.equal(choose({ acceptLanguage: 'en;q=0.2, de;q=0.8 , pl;q=0.9' }), 'pl');
  t.equal(choose({ acceptLanguage: 'pl;q=0, *;q=0.5' }), 'en', 'zero is a refusal');
  t.equal(choose({ acceptLanguage: 'de;q=9, pl' }), 'pl', 'a weight out of range is nothing');
  t.equal(choose({ acceptLanguage: 'pl;q=x' }), 'en');
});

t.test('any requested language, however long or odd, yields a supported one', async (t) => {
  for (const wish of ['de '.repeat(1e6), '-'.repeat(1e6), ',;q='.repeat(1e5), '__proto__', '<script>', '\0'])
    t.ok(['en', 'de'].includes(choose({ query: wish, cookie: wish, uiLocales: wish, acceptLanguage: wish })));
  t.equal(choose({ uiLocales: `${'x'.repeat(300)} de` }), 'en', 'what lies beyond the bound is not read');
});

t.test('every language formats numbers and times by its own rules', async (t) => {
  const problems = (tag: string, count: number): string => messagesFor(tag).fields.problems(count);
  t.equal(problems('en', 1), 'There is a problem');
  t.equal(problems('de', 2), 'Es gibt 2 Probleme');
  t.strictSame(
    [1, 2, 5, 22].map((count) => problems('pl', count)),
    ['Wystąpił problem', 'Wystąpiły 2 problemy', 'Wystąpiło 5 problemów', 'Wystąpiły 22 problemy'],
  );
  t.equal(relativeTime('en', 29.2), 'in 30 seconds', 'rounded up: waiting that long is enough');
  t.equal(relativeTime('pl', 1), 'za 1 sekundę');
  t.equal(relativeTime('de', 95), 'in 2 Minuten');
  t.equal(relativeTime('en', 7200), 'in 2 hours');
  t.equal(relativeTime('en', -3), 'in 1 second', 'never in the past');
  t.equal(longDate('de', new Date('2026-03-03T23:59:00Z')), '3. März 2026');
  t.match(utcDateTime('en', new Date('2026-03-03T23:59:01Z')), /11:59:01\sPM UTC/);
});

/** All texts of a language, by path; functions called with one argument that serves them all. */
const texts = (value: unknown, path = ''): [string, string][] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return texts(value(3), path);
  if (Array.isArray(value)) return [[path, value.join('')]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
};

t.test('every language translates every text', async (t) => {
  const english = new Map(texts(messagesFor('en')));
  const shared = new Set(['.dir', '.login.password', '.device.code', '.device.app', '.createAccount.name']);
  for (const language of languages.slice(1)) {
    const own = new Map(texts(language));
    t.strictSame([...own.keys()], [...english.keys()], `${language.name} has the same texts`);
    const same = [...own].filter(
      ([path, text]) => text === english.get(path) && text.length > 8 && !shared.has(path),
    );
    t.strictSame(same, [], `${language.name} leaves nothing in English`);
    t.notOk(
      [...own].some(([path, text]) => text === '' && english.get(path) !== ''),
      'nothing is empty',
    );
  }
  t.equal(messagesFor('xx').tag, 'en');
});

t.test('every language translates every text of the console', async (t) => {
  const english = new Map(texts(consoleMessagesFor('en')));
  // The same word in both languages.
  const shared = new Set(['.roles.admin', '.accounts.detail.id']);
  for (const { tag, name } of languages.slice(1)) {
    const own = new Map(texts(consoleMessagesFor(tag)));
    const missing = [...english.keys()].filter((path) => !own.has(path));
    t.strictSame(missing, [], `${name} has the same texts`);
    t.equal(own.size, english.size, 'and no others');
    const same = [...own].filter(
      ([path, text]) => text === english.get(path) && text.length > 8 && !shared.has(path),
    );
    t.strictSame(same, [], `${name} leaves nothing in English`);
  }
});

/** Features that are not switched on: credential issuance and client attestation. */
const absent = /credential|attestation|invalid_nonce|invalid_proof/;

t.test('every error the engine can answer with is explained', async (t) => {
  // Each class is constructed individually, because their arguments differ.
  const { CustomOIDCProviderError: _custom, OIDCProviderError: _base, ...named } = errors;
  const codes = Object.values(named).flatMap((error) => {
    const built: { error?: unknown } = Reflect.construct(error, ['redirect_uris', 'x']);
    return typeof built.error === 'string' ? [built.error] : [];
  });
  t.ok(codes.includes('invalid_grant') && codes.length > 30);
  const known = codes.filter((code) => /^[a-z_]+$/.test(code) && !absent.test(code));
  t.strictSame(
    known.filter((code) => explanationOf(code) === undefined),
    [],
  );
  for (const code of explainedCodes) {
    const { meaning, causes, fixes } = explanationOf(code) ?? { meaning: '', causes: [], fixes: [] };
    t.ok(
      meaning.length > 20 && causes.length > 0 && fixes.length > 0,
      `${code} has its meaning, causes and fixes`,
    );
  }
  t.equal(explanationOf('constructor'), undefined);
});
