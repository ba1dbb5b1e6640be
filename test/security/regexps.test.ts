import t from 'tap';
import { loadConfig } from '#config';
import { cookieIn } from '#src/cookies.ts';
import { isSameName } from '#src/features/client-authentication/distinguished-name.ts';
import { parseTokenRequest } from '#src/features/json-tokens/parse-request.ts';
import { headerFormats } from '#src/http/certificates/formats.ts';
import { parseForm } from '#src/http/pages/form.ts';
import { wantsHtml } from '#src/http/pages/wants-html.ts';
import { parseJsonObject } from '#src/http/strict-json.ts';
import { nestsTooDeeply } from '#src/provider/json-depth.ts';
import { acceptUsername } from '#src/services/accounts/new-username.ts';
import { guessable } from '#src/services/accounts/password/guessable.ts';
import { redirectUriProblem } from '#src/services/clients/redirect-uri.ts';
import { networkOf } from '#src/services/throttle/index.ts';
import { chooseLanguage } from '#src/views/languages/choose.ts';
import { formTarget, withLanguage } from '#src/views/links.ts';
import { contentSecurityPolicy } from '#src/views/policy.ts';

const language = (wishes: object) => chooseLanguage({ supported: ['en', 'de'], default: 'en', ...wishes });
const header = (form: keyof typeof headerFormats, name: string) => (text: string) =>
  headerFormats[form].read((one) => (one === name ? text : ''), true);

/** Every parser of request data, with an input that would be slow for a bad implementation. */
const readers: Readonly<Record<string, readonly [(text: string) => unknown, readonly string[]]>> = {
  'JSON door': [
    (text) => parseTokenRequest(Buffer.from(text)),
    [' ', '{', '{"a":"', '{"a":"\\', '{"a" ', '{"a":"b",', '"', '\\u00', '\t{'],
  ],
  forms: [parseForm, ['&', '=', 'a=b&', '%', '%41', '+', 'a']],
  cookies: [(cookie) => cookieIn({ cookie }, 'x'), [';', '; ', 'a=', '=', ' ', 'x']],
  accept: [wantsHtml, ['text/html,', '*/*;q=', ' ', ',']],
  'nested request objects': [nestsTooDeeply, ['"', '\\', '\\"', '"\\', '[]', '{"a":']],
  'JSON of the administration API': [
    (text) => parseJsonObject(Buffer.from(`{"a":"${text}`)),
    ['"', '\\', '\\"', '"\\', '","a":"'],
  ],
  'languages of the browser': [
    (acceptLanguage) => language({ acceptLanguage }),
    [' ', ',', ' ,', 'a-', ';q=', 'de;', ' ; ', '\t'],
  ],
  'languages of the application': [(uiLocales) => language({ uiLocales }), [' ', 'a-', '-', 'de ', '\t']],
  'a language pressed': [(query) => language({ query }), [' ', 'a-', '-', 'de ']],
  'links to languages': [(path) => withLanguage(`/${path}`, 'de'), ['/', '?', '&lang=', '%', '../', '\\']],
  'form targets': [formTarget, ['/', ':', 'a:', 'http:/', '.', ' ']],
  'page policies': [
    (uri) => contentSecurityPolicy({ formTargets: [`https://${uri}`] }),
    ['a.', '-', '%', '@', ':1'],
  ],
  addresses: [networkOf, [':', '::', '1:', '.', '1.', '%', 'f']],
  'redirect URIs': [
    (uri) => redirectUriProblem(`https://a.example/${uri}`, { native: false, allowsScheme: () => true }),
    ['/', '..', '%', '#', '@', ' ', '*', '\\'],
  ],
  'user names': [
    (name) => acceptUsername(name, { givenBy: 'person', service: ['Example'], email: undefined }),
    [' ', 'a', '\u0301', '\ufdfa', '\u200d', '\u1e9e'],
  ],
  'new passwords': [(text) => guessable(text, ['example', 'aaaa']), ['a', '1', 'ab', '!', 'pass', '1a']],
  'distinguished names': [
    (name) => isSameName(name, `${name}x`),
    ['CN=a,', ',', '+', '\\,', '=', '"', ' ', '\n', 'CN=a\n', '\\2C'],
  ],
  'certificates, RFC 9440': [header('client-cert', 'client-cert'), [':', 'A', ':A', '=', ',']],
  'chains, RFC 9440': [header('client-cert', 'client-cert-chain'), [':', 'A', ', ', ':AA:,']],
  'certificates, Envoy': [
    header('x-forwarded-client-cert', 'x-forwarded-client-cert'),
    ['a=', 'a=;', '"', 'a="', '\\', 'a="\\', ';', 'Cert=', ','],
  ],
  'certificates, nginx': [
    header('client-certificate', 'client-certificate'),
    ['A', '\n', '-----BEGIN CERTIFICATE-----', '%0A', ' ', '-'],
  ],
  'verdicts, nginx': [
    header('client-certificate', 'client-certificate-ca-verified'),
    ['FAILED:', 'SUCCESS', ' ', ':'],
  ],
  configuration: [
    (text) =>
      loadConfig({
        env: { POSTERN_ISSUER: `https://${text}`, POSTERN_LISTEN__HOST: text },
        cwd: import.meta.dirname,
        flags: { set: [`clients.0.client_id=${text}`, text] },
      }),
    ['a.', '-', '/', '@', ' ', '=', '_', '"'],
  ],
};

const fastest = (read: (text: string) => unknown, text: string): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 7; run++) {
    const started = performance.now();
    try {
      read(text);
    } catch {
      // A refusal counts as a completed read.
    }
    best = Math.min(best, performance.now() - started);
  }
  return best;
};

t.test('request data is parsed in linear time (CWE-1333, CWE-407)', async (t) => {
  const short = 2_000;
  const times = 16;
  const slow: string[] = [];
  let tried = 0;
  for (const [name, [read, seeds]] of Object.entries(readers)) {
    for (const seed of seeds) {
      for (const [start, end] of [
        ['', ''],
        ['', '\u0001'],
        ['a', 'x'],
        ['"', '!'],
      ]) {
        const text = (length: number) => `${start}${seed.repeat(Math.ceil(length / seed.length))}${end}`;
        let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        // At sixteen times the length, linear is 16 and quadratic 256. Unmeasurably short times are not compared.
        const isLinear = () => large < 4 || large / small < 120;
        // A busy machine may interrupt all runs of one kind; a quadratic parser is slow every time.
        for (let look = 0; look < 5 && !isLinear(); look++) {
          small = Math.min(small, fastest(read, text(short)));
          large = Math.min(large, fastest(read, text(short * times)));
        }
        tried++;
        if (!isLinear())
          slow.push(
            `${name}: ${JSON.stringify(start + seed + end)}: ${small.toFixed(3)} to ${large.toFixed(3)} ms`,
          );
      }
    }
  }
  t.ok(tried > 400, `${tried} inputs`);
  t.same(slow, []);
});
