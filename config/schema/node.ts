/** A schema as the loader, the reference and the schema for editors walk through it: plain JSON Schema. */
export interface Node {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly string[];
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Node;
  readonly minItems?: number;
  /** A closed set of keys … */
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  /** … or any names, one kind of value. */
  readonly additionalProperties?: false | Node;
  readonly anyOf?: readonly Node[];
  /** The mark of a secret: masked whenever shown, and also read from the file named by `<key>_file`. */
  readonly writeOnly?: true;
  /** A URL whose password is the secret part. */
  readonly passwordInUrl?: true;
}

/** A secret, a list of secrets (one a line), or a URL that may hold one. */
export const mayBeInFile = (node: Node): boolean =>
  node.writeOnly === true || node.passwordInUrl === true || node.items?.writeOnly === true;
