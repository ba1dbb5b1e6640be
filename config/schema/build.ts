import type {
  TArray,
  TBoolean,
  TEnum,
  TInteger,
  TNull,
  TObject,
  TOptional,
  TRecord,
  TSchema,
  TString,
  TUnion,
  TUnknown,
} from 'typebox';
import { type FormatName, formatOf } from './formats.ts';
import type { Node } from './node.ts';

/**
 * The builders of the sections. They return JSON Schema with TypeBox's types; TypeBox itself (300 modules) is not loaded
 * at start. Every key has a description, and a key with a default always exists in the effective configuration.
 */
interface TextOptions {
  readonly default?: string;
  readonly format?: FormatName;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly examples?: readonly string[];
  readonly passwordInUrl?: true;
}

interface IntegerOptions {
  readonly default?: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Gives a JSON Schema its TypeBox type. `~kind` exists for the compiler only. */
const typed = <Type extends TSchema>(node: Node): Type => node as unknown as Type;

/** The reverse of `typed`. */
export const nodeOf = (schema: TSchema): Node => schema as Node;

export const text = (description: string, options: TextOptions = {}): TString => {
  const pattern = options.format && formatOf(options.format).pattern;
  return typed({ type: 'string', description, minLength: 1, ...options, ...(pattern ? { pattern } : {}) });
};

export const secret = (description: string, options: TextOptions = {}): TString =>
  typed({ ...nodeOf(text(description, options)), writeOnly: true });

export const integer = (description: string, options: IntegerOptions): TInteger =>
  typed({ type: 'integer', description, ...options });

export const flag = (description: string, options: { readonly default?: boolean } = {}): TBoolean =>
  typed({ type: 'boolean', description, ...options });

export const choice = <const Values extends string[]>(
  values: readonly [...Values],
  description: string,
  options: { readonly default?: Values[number] } = {},
): TEnum<Values> => typed({ type: 'string', description, enum: values, ...options });

export const list = <Item extends TSchema>(
  item: Item,
  description: string,
  options: { readonly default?: readonly unknown[]; readonly minItems?: number } = {},
): TArray<Item> => typed({ type: 'array', description, items: nodeOf(item), ...options });

/** A section with any names and one type of value. */
export const map = <Value extends TSchema>(
  value: Value,
  description: string,
  options: { readonly default?: Readonly<Record<string, unknown>> } = {},
): TRecord<'^.*$', Value> =>
  typed({ type: 'object', description, additionalProperties: nodeOf(value), ...options });

export const anything = (description: string): TUnknown => typed({ description });

export const either = <One extends TSchema, Other extends TSchema>(
  one: One,
  other: Other,
  description: string,
): TUnion<[One, Other]> => typed({ description, anyOf: [nodeOf(one), nodeOf(other)] });

/** A value that may be `null`, which is the default. */
export const nullable = <Value extends TSchema>(value: Value, description: string): TUnion<[Value, TNull]> =>
  typed({ description, anyOf: [nodeOf(value), { type: 'null' }], default: null });

const optionals = new WeakSet<TSchema>();

export const optional = <Value extends TSchema>(value: Value): TOptional<Value> => {
  const node = { ...nodeOf(value) };
  optionals.add(node);
  return typed<TOptional<Value>>(node);
};

/** A closed set of keys; other keys are mistakes. A section within a section always exists, unless it is optional. */
export const section = <Properties extends Record<string, TSchema>>(
  description: string,
  properties: Properties,
): TObject<Properties> => {
  const nodes: Record<string, Node> = {};
  const required: string[] = [];
  for (const [key, value] of Object.entries(properties)) {
    const node = nodeOf(value);
    const isPresent = !optionals.has(node);
    nodes[key] = isPresent && node.properties ? { ...node, default: {} } : node;
    if (isPresent && nodes[key].default === undefined) required.push(key);
  }
  return typed({ type: 'object', description, properties: nodes, required, additionalProperties: false });
};
