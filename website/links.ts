/**
 * Links of the Markdown files lead to files of the repository. On the site a page has no `README.md` in its path, and files
 * that aren't pages are copied. Folders without a page are named without a link.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** What a link leads to, by its path from the root of the repository. */
export type Target =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'page'; readonly href: string }
  | { readonly kind: 'file'; readonly href: string; readonly path: string }
  | { readonly kind: 'folder' };

/** `page` and the result are paths from `root`; `href` is relative to the page, as in its Markdown. */
export const targetOf = (root: string, page: string, href: string): Target => {
  if (/^(?:[a-z]+:|#)/i.test(href)) return { kind: 'elsewhere' };
  const [file = '', fragment] = href.split('#');
  const suffix = fragment === undefined ? '' : `#${fragment}`;
  const path = normalize(join(dirname(page), file)).replace(/\/$/, '');
  if (!existsSync(join(root, path))) throw new Error(`${page}: there is no ${path}`);
  if (statSync(join(root, path)).isDirectory()) {
    return existsSync(join(root, path, 'README.md'))
      ? { kind: 'page', href: `/${path}/${suffix}` }
      : { kind: 'folder' };
  }
  if (path.endsWith('.md'))
    return { kind: 'page', href: `/${path.replace(/(?:README)?\.md$/, '')}${suffix}` };
  return { kind: 'file', href: `/${path}`, path };
};
