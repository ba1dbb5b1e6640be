/** Looks at the files that a browser gets: every link leads to one of them, and none is loaded from another host. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Elements and rules that make a browser request something without a click. */
const loads =
  /<(?:script|img|iframe|source|video|audio|object|embed)\b[^>]*?\b(?:src|srcset|data)="(https?:)?\/\/|<link\b[^>]*?\bhref="(https?:)?\/\/|url\(["']?(https?:)?\/\/|@import\s+["'](https?:)?\/\//i;

const filesOf = (path: string): readonly string[] => [path, `${path}.html`, join(path, 'index.html')];

export const problemsOf = (folder: string): readonly string[] => {
  const files = globSync('**/*.{html,css}', { cwd: folder });
  const leadsNowhere = (path: string): boolean =>
    !filesOf(join(folder, path)).some((file) => /\.\w+$/.test(file) && existsSync(file));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const external = loads.test(text) ? [`${file} loads something from another host`] : [];
    const links = [...text.matchAll(/\b(?:href|src)="(\/(?!\/)[^"#?]*)/g)].map(([, path = '']) =>
      decodeURI(path),
    );
    const dead = [...new Set(links)].filter(leadsNowhere).map((path) => `${file} has a link to ${path}`);
    return [...external, ...dead];
  });
};
