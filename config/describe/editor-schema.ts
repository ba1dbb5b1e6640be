import { nodeOf } from '../schema/build.ts';
import { mayBeInFile, type Node } from '../schema/node.ts';
import { schema } from '../sections/index.ts';

type Json = { [key: string]: unknown };

const mapValues = <Value>(object: Readonly<Record<string, Value>>, change: (value: Value) => unknown): Json =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const fileKeys = (properties: Readonly<Record<string, Node>>): Json =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([, node]) => mayBeInFile(node))
      .map(([key]) => [
        `${key}_file`,
        { type: 'string', minLength: 1, description: `Name of a file that contains ${key}.` },
      ]),
  );

/** A key without a value is an empty section or list, if that is allowed. */
const forKey = (node: Node): Json => {
  const mayBeEmpty =
    (node.type === 'array' && !node.minItems) || (node.type === 'object' && !node.required?.length);
  return { ...forEditors(node), ...(mayBeEmpty ? { type: [node.type, 'null'] } : {}) };
};

/** Removes Postern's own marks and adds the `…_file` keys. */
const forEditors = (node: Node): Json => {
  const { passwordInUrl, properties, items, anyOf, additionalProperties, ...plain } = node;
  return {
    ...plain,
    ...(anyOf ? { anyOf: anyOf.map(forEditors) } : {}),
    ...(items ? { items: forEditors(items) } : {}),
    ...(properties ? { properties: { ...mapValues(properties, forKey), ...fileKeys(properties) } } : {}),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: additionalProperties && forEditors(additionalProperties) }),
  };
};

/** JSON Schema of `postern.yaml`, for editors. */
export const editorSchema = (): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'postern.yaml',
  ...forEditors(nodeOf(schema)),
});
