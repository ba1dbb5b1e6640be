import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = globSync('{*.md,docs/**/*.md,examples/**/*.md}', { cwd: root }).toSorted();

/** Paths of this repository in the text of a page, as in `src/store/port.ts` or `adapters/redis/`. */
const namedPaths = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:src|config|adapters|test|bench|docs|examples|bin)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );

/** Targets of links to files, without their fragments. */
const linkedPaths = (page: string, text: string): readonly string[] =>
  [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target = '']) =>
    join(dirname(page), target),
  );

t.test('every file that the documentation names exists', async (t) => {
  const missing = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...namedPaths(text), ...linkedPaths(page, text)]
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${page}: ${path}`);
  });
  t.same(missing, []);
});

t.test('every file of the engine that the architecture names exists', async (t) => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`(lib\/[\w./]+)`/g)].map(([, path = '']) => path);
  t.ok(named.length > 0);
  t.same(
    named.filter((path) => !existsSync(join(root, 'node_modules/oidc-provider', path))),
    [],
  );
});
