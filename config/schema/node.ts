/** A JSON Schema, as the loader, the reference and the schema for editors read it. */
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
  /** A closed set of keys. */
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  /** Any names with one type of value. */
  readonly additionalProperties?: false | Node;
  readonly anyOf?: readonly Node[];
  /** Marks a secret: it is masked wherever it is shown, and can be read from the file that `<key>_file` names. */
  readonly writeOnly?: true;
  /** A URL whose password and parameters are the secret part. */
  readonly passwordInUrl?: true;
}

/** True for a secret, a list of secrets (one a line), and a URL that may contain one. */
export const mayBeInFile = (node: Node): boolean =>
  node.writeOnly === true || node.passwordInUrl === true || node.items?.writeOnly === true;
