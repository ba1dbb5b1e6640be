import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { problemsOf } from '../../website/check-output.ts';
import { pagePatterns, targetOf } from '../../website/links.ts';
import { navigationOf } from '../../website/navigation.ts';

const pages = globSync(pagePatterns);
const paths = new Set(pages.map((page) => `/${page.replace(/(?:README)?\.md$/, '')}`));

/** The targets of links, without those in code. */
const hrefsIn = (page: string): readonly string[] => {
  const text = readFileSync(page, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```|`[^`\n]*`/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = '']) => href);
};

t.test('a link to a file that does not exist stops the build', async (t) => {
  t.throws(
    () => targetOf('.', 'docs/README.md', 'absent.md'),
    /docs\/README\.md: there is no docs\/absent\.md/,
  );
});

t.test(
  'links lead to pages without README.md, to files, and not to what the site does not have',
  async (t) => {
    t.same(targetOf('.', 'docs/clients.md', 'clients/README.md#errors-of-postern'), {
      kind: 'page',
      href: '/docs/clients/#errors-of-postern',
    });
    t.same(targetOf('.', 'docs/examples.md', '../examples/express/'), {
      kind: 'page',
      href: '/examples/express/',
    });
    t.match(targetOf('.', 'README.md', 'postern.example.yaml'), {
      kind: 'file',
      path: 'postern.example.yaml',
    });
    t.same(targetOf('.', 'README.md', 'src/http'), { kind: 'none' });
    t.same(targetOf('.', 'docs/README.md', '../bench/peers/README.md'), { kind: 'none' });
    t.same(targetOf('.', 'README.md', 'https://example.com/a.md'), { kind: 'elsewhere' });
  },
);

t.test('every link between pages leads to a page of the site', async (t) => {
  const links = pages.flatMap((page) =>
    hrefsIn(page).map((href) => ({ page, href, target: targetOf('.', page, href) })),
  );
  const dead = links.flatMap(({ page, href, target }) =>
    target.kind === 'page' && !paths.has(target.href.replace(/#.*/, '')) ? [`${page}: ${href}`] : [],
  );
  t.ok(links.filter(({ target }) => target.kind === 'page').length > 150);
  t.same(dead, []);
});

t.test('the navigation has each page of the index once', async (t) => {
  const groups = navigationOf(readFileSync('docs/README.md', 'utf8'));
  const links = groups.flatMap(({ items }) => items.map(({ link }) => link));
  t.ok(groups.length > 4 && links.length > 30);
  t.same(
    links.filter((link) => !paths.has(link)),
    [],
  );
  t.equal(new Set(links).size, links.length);
});

t.test('the check of the built site finds dead links and what is loaded from another host', async (t) => {
  const page = (body: string): string => `<!doctype html><title>Page</title>${body}`;
  const folder = t.testdir({
    'index.html': page('<a href="/docs/keys#at-rest">Keys</a><a href="https://example.com/">elsewhere</a>'),
    'dead.html': page('<a href="/docs/absent">Absent</a>'),
    'script.html': page('<script type="module" src="https://cdn.example.com/a.js"></script>'),
    'picture.html': page('<img alt="" src="//example.com/a.png">'),
    'style.html': page('<link rel="stylesheet" href="https://fonts.example.com/css">'),
    'fonts.css': '@font-face { src: url("https://fonts.example.com/a.woff2") }',
    docs: { 'keys.html': page('<script src="/a.js"></script>') },
    'a.js': '',
  });
  t.same(problemsOf(folder).toSorted(), [
    'dead.html has a link to /docs/absent',
    'fonts.css loads something from another host',
    'picture.html loads something from another host',
    'script.html loads something from another host',
    'style.html loads something from another host',
  ]);
});
