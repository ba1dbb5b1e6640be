import { globSync, readFileSync } from 'node:fs';
import t from 'tap';

const table = readFileSync('docs/interop.md', 'utf8');
const rows = [...table.matchAll(/^\| `([^`]+)` \| (\S+) \| .+ \|$/gm)].map(([, name = '', version = '']) => ({
  name,
  version,
}));

t.test('docs/interop.md names the installed versions and every library that was run', async (t) => {
  t.equal(rows.length, 11);
  const tests = globSync('test/interop/*.test.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
  t.same(
    rows.map(({ name }) => ({ name, version: versionOf(name) })),
    rows,
  );
  t.same(
    rows.filter(({ name }) => !tests.includes(`'${name}`)),
    [],
    'a test imports each library',
  );
});
