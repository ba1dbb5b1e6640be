/** Builds the one-file bundle: `npm run bundle` writes `dist/postern.cjs`, which needs nothing but Node beside it. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { editLibraries } from './bundle-edits.ts';
import { packagesOfSeams, seams, target } from './bundle-seams.ts';
import { addCompileHints } from './compile-hints.ts';
import { licensesOf } from './licenses.ts';

const root = resolve(import.meta.dirname, '..');

const replaceSeams: Plugin = {
  name: 'seams',
  setup(plugin) {
    const pending = new Set(Object.keys(seams));
    plugin.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const file = relative(root, path);
      const seam = seams[file];
      if (!seam) return undefined;
      pending.delete(file);
      return { contents: await seam(root), loader: 'js', resolveDir: join(path, '..') };
    });
    plugin.onEnd(() => ({ errors: [...pending].map((file) => ({ text: `${file} is not in the bundle` })) }));
  },
};

/**
 * V8 keeps the text of the program in memory, with two bytes for each character once one of them is not ASCII. esbuild
 * leaves such characters in templates and regular expressions, where an escape means the same, except in `String.raw`.
 */
const escapeNonAscii = (text: string): string => {
  const [raw] = /String\.raw`[^`]*[^\0-\x7f`][^`]*`/.exec(text) ?? [];
  if (raw !== undefined) throw new Error(`a raw text must be ASCII: ${raw}`);
  return text.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
};

/** Returns the path of the bundle. The licenses of the packages in it are in a file beside it. */
export const buildBundle = async (out: string): Promise<string> => {
  await mkdir(out, { recursive: true });
  const outfile = join(out, 'postern.cjs');
  const { warnings, metafile } = await build({
    entryPoints: [join(root, 'packaging/bundle-entry.cjs')],
    absWorkingDir: root,
    outfile,
    bundle: true,
    metafile: true,
    minify: true,
    // oidc-provider stores records by the names of its classes.
    keepNames: true,
    format: 'cjs',
    platform: 'node',
    target,
    banner: { js: '#!/usr/bin/env node' },
    legalComments: 'none',
    plugins: [replaceSeams, editLibraries(root)],
    logLevel: 'error',
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'));
  await writeFile(outfile, escapeNonAscii(await readFile(outfile, 'utf8')));
  await writeFile(outfile, await addCompileHints(outfile));
  await chmod(outfile, 0o755);
  const packages = Object.keys(metafile.inputs).flatMap(
    (input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
  );
  const names = [...new Set([...packages, ...packagesOfSeams])].sort();
  await writeFile(`${outfile}.licenses.txt`, await licensesOf(root, names));
  return outfile;
};

if (import.meta.main) process.stdout.write(`${await buildBundle(join(root, 'dist'))}\n`);
