import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import t from 'tap';
import Type, { type TSchema } from 'typebox';
import { parse } from 'yaml';
import { editorSchema, reference } from '#config';
import {
  choice,
  flag,
  integer,
  list,
  nodeOf,
  nullable,
  optional,
  section,
  text,
} from '../../config/schema/build.ts';
import { expectedFormat, formatNames } from '../../config/schema/formats.ts';
import type { Node } from '../../config/schema/node.ts';
import { schema } from '../../config/sections/index.ts';
import { complete } from '../../config/validate/complete.ts';
import { configurationErrors, load } from './load.ts';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
for (const name of formatNames)
  ajv.addFormat(name, (value: string) => expectedFormat(name, value) === undefined);
const isValid = ajv.compile(editorSchema());

t.test('the schema for editors and the reference are those of the code', async (t) => {
  const remedy = (command: string): string => `renew it: npx postern config ${command}`;
  t.same(
    JSON.parse(read('config/postern.schema.json')),
    editorSchema(),
    remedy('schema > config/postern.schema.json && npx biome format --write config/postern.schema.json'),
  );
  t.equal(read('docs/configuration.md'), reference(), remedy('reference > docs/configuration.md'));
});

t.test('the reference names every key with its default', async (t) => {
  const { sources } = load(t.testdir({}));
  const paths = [...sources.keys()];
  t.ok(paths.length > 50, `${paths.length} keys`);
  t.same(
    paths.filter((path) => !reference().includes(`\`${path}\``)),
    [],
  );
  t.match(reference(), '| `tokens.issuer_code_ttl` | integer, 5 to 30 | `30` |');
  t.match(reference(), '| `client_id` | printable ASCII characters without spaces | **required** |');
});

t.test('the example file is valid for editors and for the server', async (t) => {
  const example = read('postern.example.yaml');
  t.equal(isValid(parse(example)), true, JSON.stringify(isValid.errors));
  const cwd = t.testdir({
    'postern.yaml': example,
    secrets: {
      'key-encryption-key': Buffer.alloc(32, 1).toString('base64'),
      shop: 'secret',
      warehouse: 'secret',
    },
  });
  t.same(configurationErrors(cwd), []);
});

t.test('every key has a description', async (t) => {
  const speechless = (node: Node, path: string): readonly string[] => [
    ...(node.description || node.type === 'null' ? [] : [path]),
    ...Object.entries(node.properties ?? {}).flatMap(([key, one]) => speechless(one, `${path}.${key}`)),
    ...[node.items, node.additionalProperties || undefined, ...(node.anyOf ?? [])].flatMap((one) =>
      one === undefined ? [] : speechless(one, `${path}.*`),
    ),
  ];
  // The editor's schema keeps the shape of a node.
  t.same(speechless(editorSchema() as Node, ''), []);
});

t.test('the builders make what TypeBox makes', async (t) => {
  const plain = (schema: TSchema): unknown => JSON.parse(JSON.stringify(schema));
  const description = 'd';
  t.same(
    nodeOf(integer('d', { minimum: 1, maximum: 2 })),
    plain(Type.Integer({ description, minimum: 1, maximum: 2 })),
  );
  t.same(nodeOf(flag('d', { default: true })), plain(Type.Boolean({ description, default: true })));
  t.same(nodeOf(text('d')), plain(Type.String({ description, minLength: 1 })));
  t.same(
    nodeOf(list(text('d'), 'd')),
    plain(Type.Array(Type.String({ description, minLength: 1 }), { description })),
  );
  t.same(nodeOf(choice(['a', 'b'], 'd')), {
    ...(plain(Type.Enum(['a', 'b'], { description })) as object),
    type: 'string',
  });
  const own = section('d', { a: flag('d'), b: optional(flag('d')) });
  const theirs = Type.Object(
    { a: Type.Boolean({ description }), b: Type.Optional(Type.Boolean({ description })) },
    { description, additionalProperties: false },
  );
  t.same(nodeOf(own), plain(theirs));
  t.match(nodeOf(nullable(flag('d'), 'd')), plain(Type.Union([Type.Boolean({ description }), Type.Null()])));
});

/** Generates values that mostly fit a schema, with some that don't. */
const near = (node: Node): fc.Arbitrary<unknown> => {
  const odd = fc.constantFrom<unknown>(null, 'x', '', 0, -1, 1.5, true, [], {}, [null], { zebra: 1 });
  return fc.oneof({ weight: 12, arbitrary: fitting(node) }, { weight: 1, arbitrary: odd });
};

const fitting = (node: Node): fc.Arbitrary<unknown> => {
  if (node.anyOf) return fc.oneof(...node.anyOf.map(fitting));
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.properties) {
    const known = Object.entries(node.properties).filter(([key]) => !key.endsWith('_file'));
    const some = fc.subarray(known, { maxLength: Math.min(4, known.length) });
    return some.chain((entries) =>
      fc.record(Object.fromEntries(entries.map(([key, one]) => [key, near(one)]))),
    );
  }
  if (node.items) return fc.array(near(node.items), { maxLength: 2 });
  if (node.type === 'object')
    return fc.dictionary(fc.constantFrom('a', 'b'), near(node.additionalProperties || {}));
  if (node.type === 'integer') return fc.integer({ min: (node.minimum ?? 0) - 1, max: node.maximum ?? 9 });
  if (node.type === 'boolean') return fc.boolean();
  return fc.constantFrom(
    'text',
    'https://a.example',
    'en',
    '10.0.0.1',
    'memory:',
    'a@b',
    '2027-01-31T00:00:00Z',
  );
};

t.test('the loader and a JSON Schema validator agree on what is valid', async (t) => {
  let [accepted, refused] = [0, 0];
  fc.assert(
    fc.property(near(nodeOf(schema)), (value) => {
      const reports: string[] = [];
      complete(
        { root: nodeOf(schema), report: (path) => reports.push(path.join('.')) },
        nodeOf(schema),
        value,
        [],
      );
      if (reports.length === 0) accepted++;
      else refused++;
      return isValid(value) === (reports.length === 0);
    }),
    { numRuns: 1000 },
  );
  t.ok(accepted > 50 && refused > 50, `${accepted} accepted, ${refused} refused`);
});

t.test('completing a complete configuration changes nothing', async (t) => {
  const completed = (value: unknown): unknown =>
    complete({ root: nodeOf(schema), report: () => undefined }, nodeOf(schema), value, []);
  // The resource of the administration API has a member that no key sets.
  const { config } = load(t.testdir({ 'postern.yaml': 'admin: { enabled: false }' }));
  t.same(completed(config), config);
});

t.test('any file content loads or is explained', async (t) => {
  const cwd = t.testdir({});
  const junk = fc.string({
    unit: fc.constantFrom('a', ':', ' ', '\n', '-', '{', '[', '"', '&', '*', '!', '\t', '#', '0'),
  });
  const file = fc.oneof(
    junk,
    near(nodeOf(schema)).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(file, fc.constantFrom('development', 'production'), (content, mode) => {
      writeFileSync(`${cwd}/postern.yaml`, content);
      // The helper rethrows any error that isn't a configuration error.
      return configurationErrors(cwd, { env: { POSTERN_MODE: mode } }).every((line) => line !== '');
    }),
    { numRuns: 500 },
  );
});
