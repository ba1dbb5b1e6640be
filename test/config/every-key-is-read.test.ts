import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { nodeOf } from '../../config/schema/build.ts';
import type { Node } from '../../config/schema/node.ts';
import { schema } from '../../config/sections/index.ts';

/** Keys that this check can't find, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {
  'keys.remote.token': 'The whole entry is passed to services/keys/remote-signer.ts, which reads the token.',
  'upstreams.acr': 'One entry is passed to services/upstreams/settings.ts, which reads it.',
  'upstreams.amr': 'One entry is passed to services/upstreams/settings.ts, which reads it.',
  'upstreams.tenants': 'One entry is passed to services/upstreams/settings.ts, which reads them.',
};

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');

const ours = globSync(['src/!(testing)/**/*.ts', 'src/*.ts', 'adapters/**/*.ts']).map((file) =>
  withoutComments(readFileSync(file, 'utf8')),
);
const engine = globSync('node_modules/oidc-provider/lib/**/*.js').map((file) => readFileSync(file, 'utf8'));

interface Key {
  readonly path: string;
  /** The names from the nearest section or list to the key. */
  readonly section: string;
  readonly name: string;
}

const keysOf = (node: Node, path: string, section: string): Key[] =>
  Object.entries(node.properties ?? {}).flatMap(([name, property]): Key[] => {
    const own = path === '' ? name : `${path}.${name}`;
    const content = property.items?.properties ? property.items : property;
    return content.properties ? keysOf(content, own, name) : [{ path: own, section, name }];
  });

/** `.name`, `['name']`, or `name` in a pattern such as `{ name }`, `{ name: other }` or `{ name = 1 }`. */
const reads = (text: string, name: string): boolean =>
  new RegExp(`\\.${name}\\b|\\['${name}'\\]|[{,]\\s*${name}\\s*(?:[,}=]|:\\s*[\\w{])`).test(text);

/** A single word is ambiguous (`enabled`, `port`), so the file that reads it must read its section or list too. */
const isRead = ({ section, name }: Key): boolean =>
  ours.some((text) => reads(text, name) && (name.includes('_') || section === '' || reads(text, section)));

/** The engine gets all metadata of a client, and reads most of it. */
const engineReads = ({ name }: Key): boolean => engine.some((text) => new RegExp(`\\b${name}\\b`).test(text));

/** Keys of an account that are not settings are claims, which are released by name; `address` is one claim. */
const isClaim = ({ section, name }: Key): boolean =>
  ours.some((text) => text.includes(`'${section === 'address' ? section : name}'`));

t.test('every configuration key is read', async (t) => {
  const keys = keysOf(nodeOf(schema), '', '');
  t.ok(keys.length > 150, `${keys.length} keys`);
  const unread = keys.filter(
    (key) =>
      !isRead(key) &&
      !(key.path.startsWith('clients.') && engineReads(key)) &&
      !(key.path.startsWith('accounts.') && isClaim(key)),
  );
  t.same(unread.map(({ path }) => path).sort(), Object.keys(exceptions));
});

t.test('the check finds a key that nothing reads', async (t) => {
  for (const key of [
    { path: 'metrics.nothing_reads_this', section: 'metrics', name: 'nothing_reads_this' },
    { path: 'nothing.enabled', section: 'nothing_like_it', name: 'enabled' },
  ])
    t.notOk(isRead(key), key.path);
});
