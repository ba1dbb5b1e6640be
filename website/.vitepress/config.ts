import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitepress';
import { targetOf } from '../links.ts';
import { navigationOf } from '../navigation.ts';

const root = join(import.meta.dirname, '../..');

/** Files that pages link to, by their paths from the root. */
const linkedFiles = new Set<string>();

export default defineConfig({
  title: 'Postern',
  description: 'An OAuth 2 and OpenID Connect authorization server',
  head: [['link', { rel: 'icon', href: '/icon.svg' }]],
  srcDir: 'pages',
  outDir: 'dist',
  cleanUrls: true,
  // Pages name addresses of a server on the reader's machine.
  ignoreDeadLinks: 'localhostLinks',
  rewrites: (id) => id.replace(/README\.md$/, 'index.md'),
  markdown: {
    config: (markdown) => {
      markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
        const page: string = env.relativePath.replace(/index\.md$/, 'README.md');
        for (const { children } of tokens) {
          // Links can't contain links, so the next end is that of the last start.
          let tag = 'a';
          for (const child of children ?? []) {
            if (child.type === 'link_close') child.tag = tag;
            if (child.type !== 'link_open') continue;
            const target = targetOf(root, page, decodeURI(child.attrGet('href') ?? ''));
            tag = target.kind === 'none' ? 'span' : 'a';
            child.tag = tag;
            if (target.kind === 'none') child.attrs = [];
            if (target.kind === 'page' || target.kind === 'file') child.attrSet('href', target.href);
            if (target.kind === 'file') {
              linkedFiles.add(target.path);
              child.attrSet('target', '_self');
            }
          }
        }
      });
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [{ text: 'Documentation', link: '/docs/' }],
    sidebar: navigationOf(readFileSync(join(root, 'docs/README.md'), 'utf8')).map((group) => ({
      ...group,
      items: [...group.items],
    })),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  buildEnd: ({ outDir }) => {
    for (const path of linkedFiles) {
      mkdirSync(dirname(join(outDir, path)), { recursive: true });
      copyFileSync(join(root, path), join(outDir, path));
    }
  },
});
