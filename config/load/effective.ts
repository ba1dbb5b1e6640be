import { isTree, type Path } from '../path.ts';
import type { Node } from '../schema/node.ts';

export interface Leaf {
  readonly path: Path;
  readonly value: unknown;
  readonly node: Node;
  readonly isSecret: boolean;
}

const maskText = '••••••';

/** `redis://password@host` contains a password too, although it is in the place of a user name. */
const userPassword = /^([a-z+]+:\/\/(?:[^@/?#:]*:)?)([^@/?#]+)(?=@)/;
const parameter = /([?&]([^=&#]*)=)([^&#]+)/g;
/** In the URL of any other service, `key` may be a secret itself. */
const redisParameters = new Set(['db', 'tls', 'ca', 'cert', 'key', 'servername', 'sentinel_username']);

const maskUrl = (url: string): string =>
  url
    .replace(userPassword, `$1${maskText}`)
    .replace(parameter, (whole, head: string, name: string) =>
      url.startsWith('redis') && redisParameters.has(name) ? whole : head + maskText,
    );

/** The text shown instead of a secret: a mask, or a URL without its password and parameters. */
export const mask = (node: Node, value: unknown): unknown =>
  node.passwordInUrl === true && typeof value === 'string' ? maskUrl(value) : maskText;

const isSecret = (node: Node, value: unknown): boolean =>
  node.writeOnly === true || (node.passwordInUrl === true && mask(node, value) !== value);

const childOf = (node: Node, key: string): Node =>
  node.properties?.[key] ?? node.items ?? (node.additionalProperties || undefined) ?? {};

const isOneLine = (value: readonly unknown[], node: Node): boolean =>
  node.items?.writeOnly !== true && !value.some(isTree);

/** Every effective value, as `config print` shows them. A list of texts is one value. */
export const effectiveLeaves = (node: Node, value: unknown, path: Path = []): readonly Leaf[] => {
  const branch = node.anyOf?.find((one) => one.type === 'object' && isTree(value)) ?? node;
  // A section without values is no value.
  if (branch.properties && isTree(value) && Object.keys(value).length === 0) return [];
  const isWhole =
    !isTree(value) || Object.keys(value).length === 0 || (Array.isArray(value) && isOneLine(value, branch));
  return isWhole
    ? [{ path, value, node: branch, isSecret: isSecret(branch, value) }]
    : Object.entries(value).flatMap(([key, one]) =>
        effectiveLeaves(childOf(branch, key), one, [...path, key]),
      );
};
