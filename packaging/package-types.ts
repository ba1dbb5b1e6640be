import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { withJsEndings } from './package-files.ts';
import { runTool } from './run-tool.ts';

const importedFiles = (file: string, text: string): string[] =>
  [...text.matchAll(/(?:from|import\()\s*['"]([^'"]+)\.ts['"]/g)].flatMap(([, path = '']) => {
    if (path.startsWith('.')) return [normalize(join(dirname(file), path))];
    if (path.startsWith('#')) return [path.slice(1)];
    return [];
  });

/** Declarations that no module imports: they describe the internals of oidc-provider. */
const ambientFiles = 'src/**/*.d.ts';

const declarationProject = (root: string, outDir: string, entries: readonly string[]): object => ({
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir,
    typeRoots: [join(root, 'node_modules/@types')],
  },
  include: [join(root, ambientFiles)],
  files: entries.map((entry) => join(root, `${entry}.ts`)),
});

const reference = (from: string, to: string): string =>
  `/// <reference path="${relative(dirname(from), to)}" />\n`;

/**
 * Declarations of the entry points and of everything they mention; those of the other modules would only make the
 * package larger.
 */
export const writeTypes = async (root: string, out: string, entries: readonly string[]): Promise<void> => {
  const all = await mkdtemp(join(tmpdir(), 'postern-types-'));
  try {
    const project = join(all, 'tsconfig.json');
    await writeFile(project, JSON.stringify(declarationProject(root, all, entries)));
    await runTool(join(root, 'node_modules/.bin/tsc'), ['-p', project], root);
    const ambient = globSync(ambientFiles, { cwd: root });
    for (const file of ambient) {
      await mkdir(dirname(join(out, file)), { recursive: true });
      await cp(join(root, file), join(out, file));
    }
    const pending = ['config/index', ...entries];
    const written = new Set<string>();
    for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
      if (written.has(file)) continue;
      written.add(file);
      const text = await readFile(join(all, `${file}.d.ts`), 'utf8');
      pending.push(...importedFiles(file, text));
      const target = join(out, `${file}.d.ts`);
      await mkdir(dirname(target), { recursive: true });
      const references = entries.includes(file) ? ambient.map((path) => reference(file, path)) : [];
      await writeFile(target, references.join('') + withJsEndings(text));
    }
  } finally {
    await rm(all, { recursive: true, force: true });
  }
};
