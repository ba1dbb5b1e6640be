import { formatPath, type Path, parsePath } from '../path.ts';
import type { Problem } from '../problems.ts';
import { lookup } from '../schema/lookup.ts';
import type { Node } from '../schema/node.ts';
import { unknownKeyMistake } from '../validate/nearest.ts';
import type { Assignment, Layer } from './layer.ts';
import { parseValue } from './value.ts';

export interface Flags {
  /** `path=value`, any number of times. */
  readonly set?: readonly string[];
  readonly host?: string;
  readonly port?: string;
}

interface Setting {
  readonly flag: string;
  readonly path: Path | undefined;
  readonly value: string;
}

const settingOf = (text: string): Setting => {
  const equals = text.indexOf('=');
  const path = equals < 1 ? undefined : parsePath(text.slice(0, equals));
  return { flag: path ? `--set ${text.slice(0, equals)}` : '--set', path, value: text.slice(equals + 1) };
};

const settings = ({ set = [], host, port }: Flags): Setting[] => [
  ...set.map(settingOf),
  ...(host === undefined ? [] : [{ flag: '--host', path: ['listen', 'host'], value: host }]),
  ...(port === undefined ? [] : [{ flag: '--port', path: ['listen', 'port'], value: port }]),
];

export const flagLayer = (root: Node, flags: Flags, cwd: string): Layer => {
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  for (const { flag, path, value } of settings(flags)) {
    if (path === undefined) {
      problems.push({ path: '', message: 'Expected path=value, as listen.port=8080.', where: flag });
      continue;
    }
    const found = lookup(root, path);
    if (found.kind === 'unknown') {
      const mistake = unknownKeyMistake(root, found.section, found.path);
      problems.push({ path: formatPath(found.path), ...mistake, where: flag });
      continue;
    }
    const parsed = found.kind === 'file' ? value : parseValue(value, found.node);
    assignments.push({ path, value: parsed, source: { flag }, where: flag });
  }
  return { folder: cwd, assignments, problems };
};
