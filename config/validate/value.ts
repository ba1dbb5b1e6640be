import { expectedFormat } from '../schema/formats.ts';
import type { Node } from '../schema/node.ts';
import type { Mistake } from './mistake.ts';
import { nearest } from './nearest.ts';

const names: Readonly<Record<string, string>> = {
  object: 'a section of keys',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
  null: 'null',
};

export const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

/** Describes what was found. Texts are not repeated, because a text may be a secret in the wrong place. */
const describeFound = (value: unknown): string => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? 'nothing (null)' : (names[kindOf(value)] ?? 'something else');
};

const short = (value: string): string => JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);

export const describeExpected = (node: Node): string => {
  if (node.anyOf) return node.anyOf.map(describeExpected).join(' or ');
  if (node.enum) return `one of ${node.enum.join(', ')}`;
  if (node.type === 'integer') return `an integer from ${node.minimum} to ${node.maximum}`;
  return names[node.type ?? ''] ?? 'a value';
};

const mismatchOf = (node: Node, value: unknown): Mistake => {
  const shown =
    (node.type === 'integer' || node.enum) && typeof value === 'string' ? short(value) : describeFound(value);
  const quote = node.type === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  return {
    message: `Expected ${describeExpected(node)}, found ${node.writeOnly ? 'something else' : shown}${quote ? '; put it in quotes' : ''}.`,
  };
};

const checkText = (node: Node, value: string): Mistake | undefined => {
  if (node.enum) {
    if (node.enum.includes(value)) return undefined;
    const suggestion = nearest(value, node.enum);
    return { ...mismatchOf(node, value), ...(suggestion === undefined ? {} : { suggestion }) };
  }
  if (value === '') return { message: 'Is empty.' };
  if (node.minLength !== undefined && value.length < node.minLength)
    return { message: `Is too short: at least ${node.minLength} characters are expected.` };
  if (node.maxLength !== undefined && value.length > node.maxLength)
    return { message: `Is too long: at most ${node.maxLength} characters are allowed.` };
  const wanted = node.format === undefined ? undefined : expectedFormat(node.format, value);
  if (wanted === undefined) return undefined;
  const shown = node.writeOnly || node.passwordInUrl ? '' : `, found ${short(value)}`;
  return { message: `Expected ${wanted}${shown}.` };
};

/** Checks a value that is neither a list nor a section. */
export const checkScalar = (node: Node, value: unknown): Mistake | undefined => {
  if (
    node.type === undefined ||
    (kindOf(value) === node.type && node.type !== 'string' && node.type !== 'integer')
  )
    return undefined;
  if (typeof value === 'string' && node.type === 'string') return checkText(node, value);
  const inRange =
    typeof value === 'number' && value >= (node.minimum ?? -Infinity) && value <= (node.maximum ?? Infinity);
  return node.type === 'integer' && Number.isInteger(value) && inRange ? undefined : mismatchOf(node, value);
};
