import { readdirSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildPackage } from './build-package.ts';
import { identity } from './identity.ts';
import { runTool } from './run-tool.ts';

const checkout = resolve(import.meta.dirname, '..');

/** Packages that the checkout has and a project that installs the tarball has not. */
const notInstalled = /^(postern|node-(linux|win)-.*|\.bin|\.cache|\.package-lock\.json|@picocss)$/;

/**
 * Makes a project with the tarball unpacked and its dependencies linked from the checkout, as `npm install` would lay
 * them out, without a registry. Returns the folder of the installed package.
 */
export const installLocally = async (folder: string): Promise<string> => {
  const modules = join(folder, 'node_modules');
  const target = join(modules, identity.packageName);
  await mkdir(target, { recursive: true });
  const tarball = await buildPackage(folder);
  await runTool('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], folder);
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (!notInstalled.test(name)) await symlink(join(checkout, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  return target;
};
