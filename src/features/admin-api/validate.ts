import type { TObject, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { InvalidRequest, type InvalidValue } from './problems.ts';

const maxValues = 10;

const validators = new WeakMap<TSchema, Validator>();

const validatorOf = (schema: TSchema): Validator => {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    validators.set(schema, validator);
  }
  return validator;
};

const invalidValues = (validator: Validator, value: unknown): readonly InvalidValue[] =>
  validator
    .Errors(value)
    // A member that may not be there has an error of its own and one of the object.
    .filter(({ keyword }) => keyword !== 'boolean')
    .slice(0, maxValues)
    .map(({ instancePath, message, keyword, params }) => ({
      pointer: instancePath,
      detail:
        keyword === 'additionalProperties' || keyword === 'required'
          ? `${message}: ${Object.values(params).flat().join(', ')}`
          : message,
    }));

/** Throws `invalid_request` with the place of each wrong value. */
export const checkValue = (schema: TSchema, value: unknown, what: string): void => {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return;
  throw new InvalidRequest(`The ${what} is not as the API describes it.`, invalidValues(validator, value));
};

interface PropertySchema {
  readonly type?: string;
}

const convert = ({ type }: PropertySchema, text: unknown): unknown => {
  if (type === 'integer' && typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
};

/** A query has texts only, and its schema numbers and flags too. */
export const convertQuery = (schema: TObject, query: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(Object(query)).map(([name, text]) => {
      const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      return [name, property === undefined ? text : convert(property, text)];
    }),
  );
