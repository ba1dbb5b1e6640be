/** Builds the npm package: `npm run package` writes `dist/package` and packs it into `dist/`. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeModules } from './package-files.ts';
import { packageManifest } from './package-manifest.ts';
import { writeTypes } from './package-types.ts';
import { runTool } from './run-tool.ts';

const root = resolve(import.meta.dirname, '..');

/** Returns the path of the tarball. */
export const buildPackage = async (out: string): Promise<string> => {
  const folder = join(out, 'package');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeModules(root, folder);
  await writeTypes(root, folder, ['src/testing/index', 'src/extension']);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await packageManifest(root), null, 2)}\n`);
  const { stdout } = await runTool('npm', ['pack', '--json', '--pack-destination', out, folder], out);
  const [{ filename }] = JSON.parse(stdout);
  return join(out, filename);
};

if (import.meta.main) {
  const out = join(root, 'dist');
  await mkdir(out, { recursive: true });
  process.stdout.write(`${await buildPackage(out)}\n`);
}
