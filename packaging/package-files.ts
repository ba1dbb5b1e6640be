import { globSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

const sources = ['src', 'config', 'adapters'];

/** Module specifiers and worker files, in every form that the sources use. */
const specifier = /(\bfrom\s+|\bimport\s*\(?\s*|\bnew URL\(\s*)(['"])([^'"\n]+)\.ts\2/g;

/** The same module with the endings that the package has. */
export const withJsEndings = (text: string): string => text.replace(specifier, '$1$2$3.js$2');

/**
 * Types become blanks, so every line and column of a stack trace is that of the source. Node does the work, and no
 * compiler decides what the output looks like.
 */
const toJavaScript = (source: string): string =>
  withJsEndings(stripTypeScriptTypes(source)).replace(/[ \t]+$/gm, '');

const picoImport = "import.meta.resolve('@picocss/pico/css/pico.min.css')";
const picoCopy = './pico.min.css';

/** One stylesheet is used of Pico's 20 MB, so the package carries a copy of that file instead of the dependency. */
const carryStylesheet = async (root: string, out: string): Promise<void> => {
  const assets = join(out, 'src/http/assets');
  const file = join(assets, 'contents.js');
  const text = await readFile(file, 'utf8');
  if (!text.includes(picoImport)) throw new Error(`${file} no longer contains ${picoImport}`);
  await writeFile(file, text.replace(picoImport, `import.meta.resolve('${picoCopy}')`));
  await cp(join(root, 'node_modules/@picocss/pico/css/pico.min.css'), join(assets, picoCopy));
};

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
};

/** One JavaScript file per TypeScript file, with everything that these read at run time. */
export const writeModules = async (root: string, out: string): Promise<void> => {
  for (const file of globSync(
    sources.map((folder) => `${folder}/**/*`),
    { cwd: root, withFileTypes: true },
  )) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const relative = path.slice(root.length + 1);
    if (relative.endsWith('.d.ts')) continue;
    if (relative.endsWith('.ts')) {
      await write(join(out, relative.replace(/\.ts$/, '.js')), toJavaScript(await readFile(path, 'utf8')));
    } else {
      await mkdir(dirname(join(out, relative)), { recursive: true });
      await cp(path, join(out, relative));
    }
  }
  await carryStylesheet(root, out);
  await cp(join(root, 'bin'), join(out, 'bin'), { recursive: true });
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) await cp(join(root, file), join(out, file));
};
