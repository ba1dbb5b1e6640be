import { readFileSync } from 'node:fs';
import t from 'tap';
import { aliases, enginePaths, jsonTokensPath, routes } from '#src/provider/paths.ts';
import { startInProcess } from '../support/setup/index.ts';

const page = readFileSync('docs/endpoints.md', 'utf8');

/** The paths in the first column of the tables. */
const listed = [...page.matchAll(/^\| `(\/[^`]*)` \|/gm)].map(([, path = '']) => path);

t.test('the page of endpoints names every endpoint of the engine', (t) => {
  const paths = [...Object.values(routes), ...enginePaths.map(({ path }) => path), jsonTokensPath];
  // What follows `:uid` continues a flow that begins at the path before it.
  const missing = new Set(paths.map((path) => path.replace(/\/(?:confirm|success|:uid)$/, '')));
  for (const path of listed) missing.delete(path);
  t.same([...missing], []);
  for (const path of aliases.flatMap((alias) => Object.values(alias.routes))) t.match(page, `\`${path}\``);
  t.end();
});

t.test('every path of the page exists', async (t) => {
  const server = await startInProcess(t, { registration: { enabled: true } });
  const rows = [...page.matchAll(/^\| `(\/[^`:]*)` \|(?: (GET|POST)\b)?/gm)];
  const absent: string[] = [];
  for (const [, path = '', method = 'GET'] of rows) {
    const { status } = await fetch(`${server.issuer}${path}`, { method, redirect: 'manual' });
    if (status === 404 || status === 405) absent.push(`${method} ${path}: ${status}`);
  }
  t.ok(rows.length > 15);
  t.same(absent, ['GET /metrics: 404'], 'metrics have a port of their own');
});
