import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { LineCounter, YAMLError, Node as YamlNode } from 'yaml';
import { isTree, type Path } from '../path.ts';
import type { Assignment, Layer } from './layer.ts';
import { yaml } from './yaml.ts';

/** Sentences of ours: the parser's own messages quote the text, which may hold a secret. */
const sentences: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'An alias names an anchor that does not exist.',
  BAD_INDENT: 'The indentation is wrong here.',
  BLOCK_AS_IMPLICIT_KEY:
    'A nested value begins on the line of its key: begin a new, indented line, or quote the text.',
  DUPLICATE_KEY: 'This key stands here a second time.',
  MISSING_CHAR: 'Something is missing: a closing quote, bracket, comma or colon.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line, followed by a colon.',
  MULTIPLE_DOCS: 'The file must hold one document only.',
  NON_STRING_KEY: 'A key must be a text.',
  TAB_AS_INDENT: 'Tabs can not indent: use spaces.',
  UNEXPECTED_TOKEN: 'This is not expected here.',
};

const position = (lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions forbid it',
  EISDIR: 'it is a folder',
};

/** Why a file can not be read, in words. */
export const whyUnreadable = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return reasons[code] ?? `the system answered ${code}`;
};

/** Leaves of sections one by one, so that each keeps its own source; lists as a whole. */
const leaves = (value: unknown, path: Path): { path: Path; value: unknown }[] =>
  isTree(value) && !Array.isArray(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key]))
    : [{ path, value }];

const failed = (folder: string, where: string, message: string): Layer => ({
  folder,
  assignments: [],
  problems: [{ path: '', message, where }],
});

const parse = (text: string, name: string, folder: string): Layer => {
  const { isMap, isSeq, isScalar, LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const at = (error: YAMLError): string => `${name}:${position(lines, error.pos[0])}`;
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      path: '',
      message: sentences[error.code] ?? 'This is not valid YAML.',
      where: at(error),
    }));
    return { folder, assignments: [], problems };
  }
  if (document.contents === null) return { folder, assignments: [], problems: [] };
  if (!isMap(document.contents))
    return failed(folder, name, 'Expected keys and values, as `mode: development`.');
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch {
    return failed(folder, name, 'Too many aliases, or one that can not be resolved.');
  }

  const locate = (path: Path): string => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
        if (!pair) break;
        // The parser gives every key it read a range.
        offset = (pair.key as YamlNode).range?.[0] ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        const item = node.items[Number(key)];
        if (!item) break;
        offset = (item as YamlNode).range?.[0] ?? offset;
        node = item;
      } else break;
    }
    return `${name}:${position(lines, offset)}`;
  };

  const assignments: Assignment[] = leaves(content, []).map((leaf) => ({
    ...leaf,
    source: { file: name },
    where: name,
  }));
  return { folder, assignments, problems: [], locate };
};

/** `wanted`: somebody named this file, so it must be there. */
export const fileLayer = (file: string, cwd: string, wanted: boolean): Layer => {
  const path = resolve(cwd, file);
  const inside = relative(cwd, path);
  const name = inside.startsWith('..') ? path : inside;
  const folder = dirname(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent && !wanted) return { folder, assignments: [], problems: [] };
    return failed(folder, name, `Can not read this file: ${whyUnreadable(error)}.`);
  }
  return parse(text, name, folder);
};
