/**
 * Builds the site of the documentation in `dist`: `npm run docs` in the root of the repository. The pages are the Markdown
 * files of the repository; they are copied into this folder, because a page is a module that has to find Vue.
 */
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vitepress';
import { problemsOf } from './check-output.ts';
import { pagePatterns } from './links.ts';

const here = import.meta.dirname;
const root = join(here, '..');

const pages = globSync([...pagePatterns, 'docs/pictures/*'], {
  cwd: root,
  exclude: ['examples/**/node_modules/**'],
});

rmSync(join(here, 'pages'), { recursive: true, force: true });
for (const page of pages) cpSync(join(root, page), join(here, 'pages', page));
cpSync(join(root, 'src/http/assets/icon.svg'), join(here, 'pages/public/icon.svg'));
await build(here);

const problems = problemsOf(join(here, 'dist'));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
