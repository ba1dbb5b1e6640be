/**
 * Links of the Markdown files lead to files of the repository. On the site a page has no `README.md` in its path, and files
 * that aren't pages are copied. Folders, and Markdown files that aren't pages, are named without a link.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** What a link leads to, by its path from the root of the repository. */
export type Target =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'page'; readonly href: string }
  | { readonly kind: 'file'; readonly href: string; readonly path: string }
  | { readonly kind: 'none' };

/** The Markdown files that are pages of the site. */
export const pagePatterns = ['{README,CHANGELOG,CONTRIBUTING,SECURITY}.md', '{docs,examples}/**/*.md'];

const isPage = (path: string): boolean =>
  /^(?:README|CHANGELOG|CONTRIBUTING|SECURITY|(?:docs|examples)\/.+)\.md$/.test(path);

/** `page` and the result are paths from `root`; `href` is relative to the page, as in its Markdown. */
export const targetOf = (root: string, page: string, href: string): Target => {
  if (/^(?:[a-z]+:|#)/i.test(href)) return { kind: 'elsewhere' };
  const [relative = '', fragment] = href.split('#');
  const suffix = fragment === undefined ? '' : `#${fragment}`;
  const path = normalize(join(dirname(page), relative)).replace(/\/$/, '');
  if (!existsSync(join(root, path))) throw new Error(`${page}: there is no ${path}`);
  const isFolder = statSync(join(root, path)).isDirectory();
  const file = isFolder ? join(path, 'README.md') : path;
  if (isPage(file) && existsSync(join(root, file)))
    return { kind: 'page', href: `/${file.replace(/(?:README)?\.md$/, '')}${suffix}` };
  if (isFolder || path.endsWith('.md')) return { kind: 'none' };
  return { kind: 'file', href: `/${path}`, path };
};
