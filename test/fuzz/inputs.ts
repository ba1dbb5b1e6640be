import {
  type Arbitrary,
  array,
  base64String,
  constantFrom,
  dictionary,
  double,
  integer,
  json,
  jsonValue,
  mixedCase,
  oneof,
  option,
  string,
  tuple,
  uint8Array,
  webUrl,
} from 'fast-check';

/** Values that some parser treats specially. */
const specialTexts = constantFrom(
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\r\n',
  '%',
  '%00',
  '%ff',
  '%E0%A4%A',
  '\ud800',
  '\ufeff',
  '\u202e',
  '../..',
  'app',
  'spa',
  'code',
  'openid',
  'S256',
  'none',
  'a.b.c',
  'e30.e30.e30',
  '*',
  '$(x)',
  '$' + '{x}',
  '<script>',
  "'--",
  'x'.repeat(255),
  'x'.repeat(5000),
  'urn:ietf:params:oauth:request_uri:x',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
);

export const texts: Arbitrary<string> = oneof(
  specialTexts,
  string(),
  string({ unit: 'binary', maxLength: 40 }),
  string({ unit: 'grapheme' }),
  base64String(),
  webUrl({ withFragments: true, withQueryParameters: true }),
  json(),
  integer().map(String),
  double().map(String),
);

/** Texts that `fetch` accepts in a header; raw-http.test.ts and the raw bytes cover the rest. */
export const headerTexts: Arbitrary<string> = texts.map((text) =>
  Buffer.from(text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?'), 'latin1')
    .toString('latin1')
    .slice(0, 6000),
);

/** Generates a form of known and unknown parameters, repeated and in any order. */
export const forms = (names: readonly string[]): Arbitrary<string> =>
  oneof(
    {
      weight: 6,
      arbitrary: array(tuple(oneof({ weight: 9, arbitrary: constantFrom(...names) }, texts), texts), {
        maxLength: 12,
      }).map((pairs) => new URLSearchParams(pairs).toString()),
    },
    {
      weight: 2,
      arbitrary: dictionary(constantFrom(...names), texts).map((fields) =>
        new URLSearchParams(fields).toString(),
      ),
    },
    { weight: 1, arbitrary: string({ unit: 'binary', maxLength: 300 }) },
  );

const part = (values: Arbitrary<unknown>): Arbitrary<string> =>
  oneof(
    {
      weight: 6,
      arbitrary: values.map((value) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')),
    },
    { weight: 1, arbitrary: headerTexts },
  );

/** Generates text shaped like a JWT, with the named members or others. */
export const jwts = (header: readonly string[], claims: readonly string[]): Arbitrary<string> => {
  const member = (names: readonly string[]) =>
    dictionary(
      constantFrom(...names),
      oneof(
        specialTexts,
        jsonValue({ maxDepth: 2 }),
        constantFrom<unknown>('ES256', 'HS256', 'dpop+jwt', 4_000_000_000, -1, ['x'], {}),
      ),
    );
  return tuple(part(member(header)), part(member(claims)), option(base64String(), { nil: '' })).map((parts) =>
    parts.join('.'),
  );
};

export const bytes: Arbitrary<Buffer> = uint8Array({ maxLength: 600 }).map((array_) => Buffer.from(array_));

/** Generates valid JSON, truncated JSON, and other text. */
export const jsonTexts = (names: readonly string[]): Arbitrary<string> =>
  oneof(
    dictionary(oneof(constantFrom(...names), texts), oneof(texts, jsonValue({ maxDepth: 3 }))).map((value) =>
      JSON.stringify(value),
    ),
    dictionary(constantFrom(...names), texts).map((value) => JSON.stringify(value)),
    tuple(json(), integer({ min: 0, max: 60 })).map(([text, at]) => text.slice(0, at)),
    json({ maxDepth: 6 }),
    tuple(constantFrom(...names), constantFrom('[', '{"a":'), integer({ min: 1, max: 9_000 })).map(
      ([name, open, deep]) => `{"${name}":${open.repeat(deep)}1${(open === '[' ? ']' : '}').repeat(deep)}}`,
    ),
    texts,
  );

export const words = (list: readonly string[]): Arbitrary<string> =>
  oneof(constantFrom(...list), mixedCase(constantFrom(...list)));
