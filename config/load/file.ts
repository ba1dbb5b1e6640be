import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isTree, type Path } from '../path.ts';
import type { Layer } from './layer.ts';
import { locate } from './locate.ts';
import { describeReadError } from './read-errors.ts';
import { toPlainValue, yaml } from './yaml.ts';
import { describeYamlError } from './yaml-errors.ts';

/** The keys of sections one by one, so that each has its own source, and lists as a whole. */
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
  const { isMap, LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.length > 0) {
    const problems = mistakes.map(({ code, pos }) => ({
      path: '',
      message: describeYamlError(code),
      where: at(pos[0]),
    }));
    return { folder, assignments: [], problems };
  }
  if (document.contents === null) return { folder, assignments: [], problems: [] };
  if (!isMap(document.contents))
    return failed(folder, name, 'Expected keys and values, as `mode: development`.');
  try {
    const found = leaves(toPlainValue(document), []);
    const assignments = found.map((leaf) => ({ ...leaf, source: { file: name }, where: name }));
    return { folder, assignments, problems: [], locate: (path) => at(locate(document, path)) };
  } catch {
    return failed(folder, name, 'Is nested too deeply, or has too many aliases.');
  }
};

/** `isRequired`: the operator named this file, so it must exist. */
export const fileLayer = (file: string, cwd: string, isRequired: boolean): Layer => {
  const path = resolve(cwd, file);
  const inside = relative(cwd, path);
  const name = inside.startsWith('..') ? path : inside;
  const folder = dirname(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent && !isRequired) return { folder, assignments: [], problems: [] };
    return failed(folder, name, `Can not read this file: ${describeReadError(error)}.`);
  }
  return parse(text, name, folder);
};
