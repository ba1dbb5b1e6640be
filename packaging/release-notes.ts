/**
 * Prints the section of CHANGELOG.md for a tag: `npm run release-notes -- v1.2.3`. It fails unless tag, manifest and
 * changelog name the same version.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** The text below the heading of a version; undefined when there is none. */
export const sectionOf = (changelog: string, version: string): string | undefined =>
  changelog
    .split(/^## /m)
    .find((section) => section.split(/\s/)[0] === version)
    ?.replace(/^.*\n/, '')
    .trim();

export const releaseNotes = async (tag: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, but package.json has version ${version}`);
  const notes = sectionOf(await readFile(join(root, 'CHANGELOG.md'), 'utf8'), version);
  if (!notes) throw new Error(`CHANGELOG.md has no section ${version}`);
  return `${notes}\n`;
};

if (import.meta.main) process.stdout.write(await releaseNotes(process.argv[2] ?? ''));
