import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { nestsTooDeeply } from '../provider/json-depth.ts';

/** RFC 8259 §8.1: JSON is UTF-8. The charset may be omitted, and any other is refused. */
const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

export const isJson = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean => jsonType.test(type);

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Finds a name that one object has twice. Parsers disagree about which of the two counts (RFC 8259 §4). */
const duplicateName = (text: string): string | undefined => {
  const open: (Set<string> | undefined)[] = [];
  let pending: string | undefined;
  for (const [part] of text.matchAll(token)) {
    const names = open.at(-1);
    if (part === '{') open.push(new Set());
    else if (part === '[') open.push(undefined);
    else if (part === '}' || part === ']') open.pop();
    else if (part === ':' && names && pending !== undefined) {
      if (names.has(pending)) return pending;
      names.add(pending);
    }
    pending = part.startsWith('"') ? JSON.parse(part) : undefined;
  }
  return undefined;
};

/** Parses one JSON object in UTF-8 without duplicate names. A string says what is wrong with the bytes. */
export const parseJsonObject = (bytes: Buffer): Readonly<Record<string, unknown>> | string => {
  if (!isUtf8(bytes)) return 'the body is not UTF-8';
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the body is not JSON';
  }
  if (nestsTooDeeply(text)) return 'the body is nested too deep';
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'the body must be a JSON object';
  const duplicate = duplicateName(text);
  if (duplicate !== undefined) return `the member ${JSON.stringify(duplicate.slice(0, 40))} appears twice`;
  return { ...value };
};
