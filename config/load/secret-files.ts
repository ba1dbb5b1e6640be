import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isTree, type Path, written } from '../path.ts';
import { secretBehind } from '../schema/lookup.ts';
import type { Node } from '../schema/node.ts';
import type { Mistake } from '../validate/mistake.ts';
import { type Overlaid, originOf } from './overlay.ts';
import { whyUnreadable } from './unreadable.ts';

const largest = 65_536;

interface Reading {
  readonly overlaid: Overlaid;
  /** Keys whose value was read from a file of its own. */
  readonly fromFiles: Set<string>;
  readonly report: (path: Path, mistake: Mistake) => void;
}

const read = (file: string): { text: string } | Mistake => {
  try {
    if (statSync(file).size > largest) return { message: `${file} is larger than a secret may be (64 KiB).` };
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { message: `${file} is empty.` } : { text };
  } catch (error) {
    return { message: `Can not read ${file}: ${whyUnreadable(error)}.` };
  }
};

/** The text that a section's `<key>_file` names, or why there is none. */
const contentOf = (
  section: Record<string, unknown>,
  key: string,
  folder: string,
): { text: string } | Mistake => {
  const file = section[`${key}_file`];
  if (Object.hasOwn(section, key)) return { message: `Give either ${key} or ${key}_file, not both.` };
  return typeof file === 'string' && file !== ''
    ? read(resolve(folder, file))
    : { message: 'Expected the name of a file.' };
};

const replace = (
  reading: Reading,
  section: Record<string, unknown>,
  path: Path,
  key: string,
  node: Node,
): void => {
  const { overlaid, fromFiles, report } = reading;
  const named = [...path, `${key}_file`];
  const origin = originOf(overlaid, named);
  const content = contentOf(section, key, origin?.layer.folder ?? '.');
  delete section[`${key}_file`];
  if ('message' in content) {
    report(named, content);
    return;
  }
  const secret = [...path, key];
  section[key] = node.type === 'array' ? content.text.split(/\r?\n/).filter(Boolean) : content.text;
  fromFiles.add(written(secret));
  if (origin && overlaid.origins.delete(written(named)))
    overlaid.origins.set(written(secret), { ...origin, path: secret });
};

/** Puts the content of each `…_file` in the place of the secret that it stands for. */
export const readSecretFiles = (reading: Reading, node: Node, value: unknown, path: Path = []): void => {
  if (!isTree(value)) return;
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries())
      readSecretFiles(reading, node.items ?? {}, one, [...path, String(index)]);
    return;
  }
  const properties = node.properties ?? {};
  for (const key of Object.keys(value)) {
    const secret = secretBehind(node, key);
    if (secret !== undefined) replace(reading, value, path, secret, properties[secret] ?? {});
    else if (Object.hasOwn(properties, key))
      readSecretFiles(reading, properties[key] ?? {}, value[key], [...path, key]);
  }
};
