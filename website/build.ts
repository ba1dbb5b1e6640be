/**
 * Builds the site of the documentation in `dist`: `npm run docs` in the root of the repository. The pages are the Markdown
 * files of the repository; they are copied into this folder, because a page is a module that has to find Vue.
 */
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vitepress';
import { problemsOf } from './check-output.ts';

const here = import.meta.dirname;
const root = join(here, '..');

const pages = globSync(
  ['{README,CHANGELOG,CONTRIBUTING,SECURITY}.md', 'docs/**/*.md', 'examples/**/*.md', 'docs/pictures/*'],
  { cwd: root, exclude: ['examples/**/node_modules/**'] },
);

rmSync(join(here, 'pages'), { recursive: true, force: true });
for (const page of pages) cpSync(join(root, page), join(here, 'pages', page));
await build(here);

const problems = problemsOf(join(here, 'dist'));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
