/** The path of a key: names of sections, names in maps, and positions in lists. */
export type Path = readonly string[];

/** Names that would reach the prototype of an object instead of a key. */
const unsafe: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
export const isUnsafe = (key: string): boolean => unsafe.has(key);

/** `listen.port`, `clients.0.client_id`, `scopes."https://api.example.com/read"`. */
export const formatPath = (path: Path): string =>
  path.map((key) => (/^[^\s."\p{Cc}]+$/u.test(key) ? key : JSON.stringify(key))).join('.');

/** The reverse of `formatPath`; `undefined` for a text that is not a path. */
export const parsePath = (text: string): Path | undefined => {
  if (!/^(?:"[^"]+"|[^\s."]+)(?:\.(?:"[^"]+"|[^\s."]+))*$/.test(text)) return undefined;
  return (text.match(/"[^"]+"|[^."]+/g) ?? []).map((key) => key.replace(/^"|"$/g, ''));
};

/** Lists have values under positions, sections and maps under names. */
export type Tree = { [key: string]: unknown } | unknown[];

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

export const child = (tree: unknown, key: string): unknown =>
  // The keys of a list are its positions.
  isTree(tree) && Object.hasOwn(tree, key) ? (tree as Record<string, unknown>)[key] : undefined;
