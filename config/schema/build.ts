import Type, { type TProperties, type TSchema } from 'typebox';

/**
 * The vocabulary of the sections. Every key carries its sentence for the reference and for editors; a key with a
 * default is always there in the effective configuration.
 */
interface TextOptions {
  readonly default?: string;
  /** One of `formats`: checked by us, a hint to editors. */
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly examples?: readonly string[];
}

interface NumberOptions {
  readonly default?: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const text = (description: string, options: TextOptions = {}) =>
  Type.String({ minLength: 1, ...options, description });

/** `writeOnly` is the mark of a secret: masked whenever shown, and also read from the file named by `<key>_file`. */
export const secret = (description: string, options: TextOptions = {}) =>
  Type.String({ minLength: 1, ...options, description, writeOnly: true });

export const integer = (description: string, options: NumberOptions) =>
  Type.Integer({ ...options, description });

export const flag = (description: string, options: { readonly default?: boolean } = {}) =>
  Type.Boolean({ ...options, description });

export const choice = <const Values extends string[]>(
  values: readonly [...Values],
  description: string,
  options: { readonly default?: Values[number] } = {},
) => Type.Enum(values, { ...options, description });

export const list = <Item extends TSchema>(
  item: Item,
  description: string,
  options: { readonly default?: readonly unknown[]; readonly minItems?: number } = {},
) => Type.Array(item, { ...options, description });

/** Any names, one kind of value. */
export const map = <Value extends TSchema>(
  value: Value,
  description: string,
  options: { readonly default?: Readonly<Record<string, unknown>> } = {},
) => Type.Record(Type.String(), value, { ...options, description });

export const anything = (description: string) => Type.Unknown({ description });

/** `null` says: nothing, or as circumstances want. */
export const nullable = <Value extends TSchema>(
  value: Value,
  description: string,
  options: { readonly default?: unknown } = {},
) => Type.Union([value, Type.Null()], { ...options, description });

export const either = <One extends TSchema, Other extends TSchema>(
  one: One,
  other: Other,
  description: string,
) => Type.Union([one, other], { description });

export const optional = <Value extends TSchema>(value: Value) => Type.Optional(value);

/** A closed set of keys: any other is a mistake. */
export const section = <Properties extends TProperties>(description: string, properties: Properties) =>
  Type.Object(properties, { description, additionalProperties: false });
