import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const licenseFile = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i;

const licenseOf = async (root: string, name: string): Promise<string> => {
  const folder = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => licenseFile.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
};

/** The licenses of packages, whose texts must go along with their code. */
export const licensesOf = async (root: string, packages: readonly string[]): Promise<string> => {
  const texts = await Promise.all(packages.map((name) => licenseOf(root, name)));
  return `${texts.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`;
};
