import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, constantFrom, dictionary, jsonValue, oneof, record, string, tuple } from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import { ConfigurationError, loadConfig } from '#config';
import { Failure } from '#src/errors.ts';
import { TokenRequestError } from '#src/features/json-tokens/errors.ts';
import { parseTokenRequest } from '#src/features/json-tokens/parse-request.ts';
import { parseForm } from '#src/http/pages/form.ts';
import { redirectUriProblem } from '#src/services/clients/redirect-uri.ts';
import { networkOf } from '#src/services/throttle/index.ts';
import { ownPath, withLanguage } from '#src/views/links.ts';
import { contentSecurityPolicy } from '#src/views/policy.ts';
import { bytes, jsonTexts, texts } from './inputs.ts';
import { fuzz } from './run.ts';

/** Any other exception is a bug. */
const orRefused = (read: () => void, refusal: new (...given: never[]) => Error): void => {
  try {
    read();
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
  }
};

t.test('the JSON token endpoint accepts what JSON.parse accepts, and no more', (t) =>
  fuzz(
    t,
    oneof(
      jsonTexts(['authorization_code', 'client_id', 'redirect_uri', 'code_verifier']).map((text) =>
        Buffer.from(text),
      ),
      bytes,
    ),
    (body) =>
      orRefused(() => {
        const { authorization_code, ...others } = parseTokenRequest(body);
        const plain = JSON.parse(body.toString());
        if (JSON.stringify(plain.authorization_code) !== JSON.stringify(authorization_code))
          throw new Error('read otherwise');
        for (const [name, value] of Object.entries(others))
          if (plain[name] !== value) throw new Error(`read otherwise: ${name}`);
      }, TokenRequestError),
  ),
);

t.test('a form is flat, whatever its parameter names', (t) =>
  fuzz(
    t,
    oneof(
      texts,
      array(tuple(texts, texts)).map((pairs) => new URLSearchParams(pairs).toString()),
    ),
    (text) =>
      orRefused(() => {
        const form = parseForm(text);
        if (Object.getPrototypeOf(form) !== null) throw new Error('it has a prototype');
        if (Object.values(form).some((value) => typeof value !== 'string'))
          throw new Error('it has more than texts');
      }, Failure),
  ),
);

t.test('all parsers agree on an accepted redirect URI', (t) =>
  fuzz(
    t,
    oneof(
      texts,
      texts.map((text) => `https://a.example/${text}`),
      texts.map((text) => `https://${text}/cb`),
      texts.map((text) => `com.example.app:${text}`),
    ),
    (uri) => {
      if (redirectUriProblem(uri, { native: true, allowsScheme: () => true }) !== undefined) return;
      const { protocol, username, hash, href } = new URL(uri);
      if (username !== '' || hash !== '' || /[\s\\]|%(?![0-9a-f]{2})/i.test(href))
        throw new Error(`accepted: ${href}`);
      if (['javascript:', 'data:', 'file:', 'blob:'].includes(protocol)) throw new Error(`accepted: ${href}`);
    },
  ),
);

t.test('a URL has one destination, and a local path never leaves the origin', (t) =>
  fuzz(t, texts, (text) => {
    if (networkOf(networkOf(text)) !== networkOf(text) && !networkOf(text).endsWith('/64'))
      throw new Error('two places');
    const own = new URL(ownPath(text), 'https://own.example');
    if (own.origin !== 'https://own.example') throw new Error(`leads to ${own.origin}`);
    if (new URL(withLanguage(text, 'de'), 'https://own.example').origin !== 'https://own.example')
      throw new Error('leads away');
    const policy = contentSecurityPolicy({ formTargets: [text, `https://${text}`] });
    if (policy.split(';').length !== 7 || /[\r\n,]/.test(policy))
      throw new Error(`another policy: ${policy}`);
  }),
);

t.test('any configuration is loaded or its errors are explained', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-fuzz-'));
  t.teardown(() => rm(cwd, { recursive: true, force: true }));
  const file = join(cwd, 'postern.yaml');
  const keys = [
    'issuer',
    'listen',
    'store',
    'clients',
    'accounts',
    'security',
    'resources',
    'tokens',
    'mode',
    'proxy',
    'log',
    '__proto__',
    'x',
  ];
  const yaml = oneof(
    dictionary(constantFrom(...keys), jsonValue({ maxDepth: 4 })).map((value) => stringify(value)),
    texts,
    constantFrom(
      'a: &a [*a]',
      'a: &a x\nb: [*a, *a]',
      '? [a]\n: b',
      '!!js/function x',
      '--- a\n--- b',
      '\t',
      'a: b: c',
      '<<: {issuer: x}',
    ),
  );
  const env = dictionary(
    string({ maxLength: 20 }).map((name) => `POSTERN_${name}`),
    oneof(texts, constantFrom('__proto__', 'sqlite:x', 'https://a.example')),
    { maxKeys: 3 },
  );
  const given = record({ yaml, env, set: array(texts, { maxLength: 3 }) });
  await fuzz(t, given, async ({ yaml: text, env: environment, set }) => {
    await writeFile(file, text);
    orRefused(() => {
      loadConfig({ file, env: environment, cwd, flags: { set } });
    }, ConfigurationError);
    if ('polluted' in {}) throw new Error('a prototype was changed');
  });
});
