import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

/** The pages that a reader sees, by their paths from the root. */
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('{docs,examples}/**/*.md')];

interface Link {
  readonly page: string;
  readonly target: string;
  readonly fragment: string;
}

/** Links inside of the repository. Code may look like a link, so it is left out. */
const linksIn = (page: string): Link[] => {
  const text = readFileSync(page, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```|`[^`\n]*`/gm, '');
  return [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([, path = '', fragment = '']) => ({
      page,
      target: path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, ''),
      fragment,
    }),
  );
};

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsIn = (page: string): ReadonlySet<string> =>
  new Set(
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)),
  );

const links = pages.flatMap(linksIn);

t.test('every link of the documentation leads somewhere', (t) => {
  const broken = links.filter(
    ({ target, fragment }) =>
      !existsSync(target) || (fragment !== '' && target.endsWith('.md') && !anchorsIn(target).has(fragment)),
  );
  t.ok(links.length > 100);
  t.same(
    broken.map(({ page, target, fragment }) => `${page}: ${target}${fragment && `#${fragment}`}`),
    [],
  );
  t.end();
});

t.test('the index of the documentation reaches every page', (t) => {
  const reached = new Set<string>();
  const queue = ['docs/README.md'];
  for (let page = queue.pop(); page !== undefined; page = queue.pop()) {
    if (reached.has(page)) continue;
    reached.add(page);
    queue.push(...linksIn(page).flatMap(({ target }) => (target.endsWith('.md') ? [target] : [])));
  }
  t.same(
    globSync('docs/**/*.md').filter((page) => !reached.has(page)),
    [],
  );
  t.end();
});

t.test('every picture of the documentation exists and has a description', (t) => {
  const pictures = pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    const inMarkdown = [...text.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)];
    const inHtml = [...text.matchAll(/<img(?: alt="([^"]*)")? src="([^"]*)"/g)];
    const sources = [...text.matchAll(/<source [^>]*srcset="([^"]*)"/g)].map(([, file]) => [
      '',
      'a source',
      file,
    ]);
    return [...inMarkdown, ...inHtml, ...sources].map(([, description = '', file = '']) => ({
      page,
      description,
      file: normalize(join(dirname(page), file)),
    }));
  });
  t.ok(pictures.length > 10);
  t.same(
    pictures.filter(({ description, file }) => description.length < 8 || !existsSync(file)),
    [],
  );
  t.end();
});
