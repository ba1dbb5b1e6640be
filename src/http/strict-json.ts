import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { nestsTooDeeply } from '../provider/json-depth.ts';

/** RFC 8259 §8.1: UTF-8, so a charset is not needed, and any other is refused. */
const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

export const isJson = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean => jsonType.test(type);

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** A name that stands twice in one object; which of the two counts, readers disagree about (RFC 8259 §4). */
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

/** One JSON object, in UTF-8, without doubled names; a sentence says what is wrong otherwise. */
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
  if (duplicate !== undefined) return `the member ${JSON.stringify(duplicate.slice(0, 40))} stands twice`;
  return { ...value };
};
