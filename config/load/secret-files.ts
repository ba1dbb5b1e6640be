import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatPath, isTree, type Path } from '../path.ts';
import { secretOfFileKey } from '../schema/lookup.ts';
import type { Node } from '../schema/node.ts';
import type { Mistake } from '../validate/mistake.ts';
import { type MergedLayers, originOf } from './merge-layers.ts';
import { describeReadError } from './read-errors.ts';

const maxBytes = 65_536;

interface SecretFileContext {
  readonly merged: MergedLayers;
  /** The files that values were read from, by the path of the value. */
  readonly fromFiles: Map<string, string>;
  readonly report: (path: Path, mistake: Mistake) => void;
}

const read = (file: string): { text: string } | Mistake => {
  try {
    if (statSync(file).size > maxBytes)
      return { message: `${file} is larger than a secret may be (64 KiB).` };
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { message: `${file} is empty.` } : { text };
  } catch (error) {
    return { message: `Can not read ${file}: ${describeReadError(error)}.` };
  }
};

/** The file that `<key>_file` names and its text, or the mistake. */
const contentOf = (
  section: Record<string, unknown>,
  key: string,
  folder: string,
): { file: string; text: string } | Mistake => {
  const name = section[`${key}_file`];
  if (Object.hasOwn(section, key)) return { message: `Give either ${key} or ${key}_file, not both.` };
  if (typeof name !== 'string' || name === '') return { message: 'Expected the name of a file.' };
  const file = resolve(folder, name);
  return { file, ...read(file) };
};

const readSecretFile = (
  context: SecretFileContext,
  section: Record<string, unknown>,
  path: Path,
  key: string,
  node: Node,
): void => {
  const { merged, fromFiles, report } = context;
  const named = [...path, `${key}_file`];
  const origin = originOf(merged, named);
  const content = contentOf(section, key, origin?.layer.folder ?? '.');
  delete section[`${key}_file`];
  if ('message' in content) {
    report(named, content);
    return;
  }
  const secret = [...path, key];
  section[key] = node.type === 'array' ? content.text.split(/\r?\n/).filter(Boolean) : content.text;
  fromFiles.set(formatPath(secret), content.file);
  if (origin && merged.origins.delete(formatPath(named)))
    merged.origins.set(formatPath(secret), { ...origin, path: secret });
};

/** Replaces each `<key>_file` with `<key>` and the content of the file. */
export const readSecretFiles = (
  context: SecretFileContext,
  node: Node,
  value: unknown,
  path: Path = [],
): void => {
  if (!isTree(value)) return;
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries())
      readSecretFiles(context, node.items ?? {}, one, [...path, String(index)]);
    return;
  }
  const properties = node.properties ?? {};
  for (const key of Object.keys(value)) {
    const secret = secretOfFileKey(node, key);
    if (secret !== undefined) readSecretFile(context, value, path, secret, properties[secret] ?? {});
    else if (Object.hasOwn(properties, key))
      readSecretFiles(context, properties[key] ?? {}, value[key], [...path, key]);
  }
};
