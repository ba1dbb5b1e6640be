import { InvalidStoreUrl } from '#src/store/errors.ts';
import type { Key } from '#src/store/port.ts';

/** A family is one hash tag, so all of it lives on one slot; what a family or kind may hold must not end the tag. */
const escapes: Readonly<Record<string, string>> = {
  '%': '%25',
  '{': '%7B',
  '}': '%7D',
  ':': '%3A',
  '|': '%7C',
};
const special = /[%{}:|]/g;
const escapeAll = (text: string): string => text.replace(special, (char) => escapes[char] ?? char);
const needsEscape = /[%{}:|]/;
const escapeText = (text: string): string => (needsEscape.test(text) ? escapeAll(text) : text);
const unescapeText = (text: string): string =>
  text.includes('%') ? text.replace(/%(25|7B|7D|3A|7C)/g, (code) => decodeURIComponent(code)) : text;

/** An empty hash tag would be none at all. A lone `%` can't come from escaping. */
const emptyFamily = '%';

export interface KeyNames {
  /** Before the name of every document. */
  readonly documentPrefix: string;
  document(key: Key): string;
  /** The name of a document without the prefix: what indexes hold. */
  member(key: Key): string;
  parseMember(member: string): Key;
  index(index: string, of: string): string;
  parseIndex(name: string): { readonly index: string; readonly of: string };
  counter(counter: string): string;
  topic(topic: string): string;
  /** For SCAN: everything of one sort. */
  readonly documentPattern: string;
  readonly indexPattern: string;
  withoutPrefix(name: string): string;
}

export const createKeyNames = (prefix: string): KeyNames => {
  if (!/^[A-Za-z0-9_.-]+$/.test(prefix))
    throw new InvalidStoreUrl(
      'The prefix of Redis keys may hold letters, digits, ".", "_" and "-" only: choose another.',
    );
  const documentPrefix = `${prefix}:`;
  const member = ({ kind, family, id }: Key): string =>
    `{${family === '' ? emptyFamily : escapeText(family)}}${escapeText(kind)}:${id}`;
  return {
    documentPrefix,
    document: (key) => documentPrefix + member(key),
    member,
    parseMember: (text) => {
      const tag = text.indexOf('}');
      const colon = text.indexOf(':', tag);
      const family = text.slice(1, tag);
      return {
        kind: unescapeText(text.slice(tag + 1, colon)),
        family: family === emptyFamily ? '' : unescapeText(family),
        id: text.slice(colon + 1),
      };
    },
    index: (index, of) => `${prefix}:x:{${escapeText(index)}|${escapeText(of)}}`,
    parseIndex: (name) => {
      const [index = '', of = ''] = name.slice(prefix.length + 4, -1).split('|');
      return { index: unescapeText(index), of: unescapeText(of) };
    },
    counter: (counter) => `${prefix}:n:{${escapeText(counter)}}`,
    topic: (topic) => `${prefix}:t:${topic}`,
    documentPattern: `${prefix}:{*`,
    indexPattern: `${prefix}:x:{*`,
    withoutPrefix: (name) => name.slice(documentPrefix.length),
  };
};

/** Ties an index entry to the filing of its document that made it: an entry of an earlier filing no longer counts. */
export const entryTag = (index: string, of: string, at: number): string => {
  const text = `${index}\n${of}\n${at}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
};
